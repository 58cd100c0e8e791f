/** The shop of the examples with test charms. */
export const SHOP = `environment: shop
applications:
  db: {charm: postgresql, storage: {data: 2G}}
  web: {charm: ./shop-web, units: 2}
  lb: {charm: haproxy, expose: {http: 8080}}
relations:
  - [web:database, db:database]
  - [lb:backend, web:http]
`;

export function shop(changes: { readonly [before: string]: string } = {}): string {
  return Object.entries(changes).reduce((text, [before, after]) => {
    if (!text.includes(before)) throw new Error(`the shop has no ${before}`);
    return text.replace(before, after);
  }, SHOP);
}
