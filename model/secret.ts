/**
 * Secrets travel through views, intents and plans as tokens, `{{secret:db/web-password}}`, and become values only
 * inside the unit that uses
 * them. So no charm, plan, log or status ever holds one. The first part is the application that owns the secret.
 */
export interface SecretName {
  readonly application: string;
  readonly name: string;
}

const TOKEN = /\{\{secret:([a-z][a-z0-9-]*)\/([a-z0-9][a-z0-9._-]*)\}\}/g;

export function secretToken(secret: SecretName): string {
  return `{{secret:${secret.application}/${secret.name}}}`;
}

/** Ids of all secrets a text refers to, each once, in order of appearance. */
export function secretsIn(text: string): string[] {
  if (!text.includes('{{secret:')) return [];
  return [...new Set([...text.matchAll(TOKEN)].map((match) => `${match[1]}/${match[2]}`))];
}

/**
 * The text with every token replaced by its value. A token without a value is an assertion: the engine checked before.
 */
export function revealSecrets(text: string, values: ReadonlyMap<string, string>): string {
  if (!text.includes('{{secret:')) return text;
  return text.replace(TOKEN, (_token, application: string, name: string) => {
    const value = values.get(`${application}/${name}`);
    if (value === undefined) throw new Error(`secret ${application}/${name} has no value`);
    return value;
  });
}
