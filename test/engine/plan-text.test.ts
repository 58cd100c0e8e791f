import { describe, expect, it } from 'vitest';
import { deployed, planText } from './support/bench.ts';
import { testCharm } from './support/charms.ts';
import { SHOP, shop } from './support/shop.ts';

const from = deployed(SHOP);

describe('the text of plans', () => {
  it('from nothing', () =>
    expect(planText(SHOP)).toMatchInlineSnapshot(`
      "environment
        + network on container: 10.65.211.0/24  # environment shop (environment.yaml:1:1)
        ~ names on container: +db +db-0 +lb +lb-0 +web +web-0 +web-1  # environment shop (environment.yaml:1:1)

      db
        + image for db: debian/12 with postgresql-15  # image of db (environment.yaml:3:3)
        db/0  # application db (environment.yaml:3:3)
          + storage data of 2G  # storage of db (environment.yaml:3:37)
          + machine: debian/12, no limits, 10.65.211.2
          + file /etc/postgresql/pg_hba.conf (0644 root:root)
              +local all
              +host web 10.65.211.4/32
              +host web 10.65.211.5/32
          + service postgresql
              +postgres
          > wait until postgresql is ready
          > run role-web: create-role web {{secret:db/web-password}}
          > wait until it is ready

      lb
        + image for lb: debian/12 with haproxy  # image of lb (environment.yaml:5:3)
        + port 8080 of the host for lb:http → lb/0:80  # lb exposes http (environment.yaml:5:33)
        lb/0  # application lb (environment.yaml:5:3)
          + machine: debian/12, no limits, 10.65.211.3
          + file /etc/haproxy.cfg (0644 root:root)
              +backend all
              +  balance roundrobin
              +  server web-0 10.65.211.4:8000
              +  server web-1 10.65.211.5:8000
          + service haproxy
              +haproxy -W
          ~ health check
          > wait until it is ready

      web
        + image for web: debian/12  # image of web (environment.yaml:4:3)
        web/0  # application web (environment.yaml:4:3)
          + machine: debian/12, no limits, 10.65.211.4
          + file /etc/web.conf (0600 root:root)
              +greeting=hello
              +url=postgres://web:{{secret:db/web-password}}@10.65.211.2
          + service web
              +node web
          > wait until it is ready
        web/1  # application web (environment.yaml:4:3)
          + machine: debian/12, no limits, 10.65.211.5
          + file /etc/web.conf (0600 root:root, as in web/0)
          + service web (as in web/0)
          > wait until it is ready

      secrets
        + db/web-password, generated

      shop: 18 to add, 2 to change, 1 to run, 1 to generate"
    `));
  it('no change', () => expect(planText(SHOP, { from })).toMatchInlineSnapshot(`"shop: no changes"`));
  it('an option', () => {
    const text = shop({ 'charm: haproxy,': 'charm: haproxy, options: {balance: leastconn},' });
    expect(planText(text, { from })).toMatchInlineSnapshot(`
      "lb
        lb/0  # definition of lb (environment.yaml:5:24)
          ~ file /etc/haproxy.cfg (0644 root:root)
              @@ -1,4 +1,4 @@
               backend all
              -  balance roundrobin
              +  balance leastconn
                 server web-0 10.65.211.4:8000
                 server web-1 10.65.211.5:8000
          ~ service haproxy: reload, because of /etc/haproxy.cfg
          > wait until it is ready

      shop: 2 to change"
    `);
  });
  it('scale up', () =>
    expect(planText(shop({ 'units: 2': 'units: 3' }), { from })).toMatchInlineSnapshot(`
      "environment
        ~ names on container: +web +web-2  # environment shop (environment.yaml:1:1)

      db
        db/0  # relation db:database web:database: web/2 is new (environment.yaml:7:5)
          ~ file /etc/postgresql/pg_hba.conf (0644 root:root)
              @@ -1,3 +1,4 @@
               local all
               host web 10.65.211.4/32
               host web 10.65.211.5/32
              +host web 10.65.211.6/32
          ~ service postgresql: reload, because of /etc/postgresql/pg_hba.conf
          > wait until it is ready

      web
        web/2  # web has 3 units (environment.yaml:4:28)
          + machine: debian/12, no limits, 10.65.211.6
          + file /etc/web.conf (0600 root:root)
              +greeting=hello
              +url=postgres://web:{{secret:db/web-password}}@10.65.211.2
          + service web
              +node web
          > wait until it is ready

      lb
        lb/0  # relation web:http lb:backend: web/2 is new (environment.yaml:8:5)
          ~ file /etc/haproxy.cfg (0644 root:root)
              @@ -2,3 +2,4 @@
                 balance roundrobin
                 server web-0 10.65.211.4:8000
                 server web-1 10.65.211.5:8000
              +  server web-2 10.65.211.6:8000
          ~ service haproxy: reload, because of /etc/haproxy.cfg
          > wait until it is ready

      shop: 3 to add, 5 to change"
    `));
  it('scale down', () =>
    expect(planText(shop({ 'units: 2': 'units: 1' }), { from })).toMatchInlineSnapshot(`
    "environment
      ~ names on container: -web -web-1  # environment shop (environment.yaml:1:1)

    db
      db/0  # relation db:database web:database: web/1 goes (environment.yaml:7:5)
        ~ file /etc/postgresql/pg_hba.conf (0644 root:root)
            @@ -1,3 +1,2 @@
             local all
             host web 10.65.211.4/32
            -host web 10.65.211.5/32
        ~ service postgresql: reload, because of /etc/postgresql/pg_hba.conf
        > wait until it is ready

    lb
      lb/0  # relation web:http lb:backend: web/1 goes (environment.yaml:8:5)
        ~ file /etc/haproxy.cfg (0644 root:root)
            @@ -1,4 +1,3 @@
             backend all
               balance roundrobin
               server web-0 10.65.211.4:8000
            -  server web-1 10.65.211.5:8000
        ~ service haproxy: reload, because of /etc/haproxy.cfg
        > wait until it is ready

    web
      web/1  # web has 1 unit (environment.yaml:4:28)
        - machine of web/1

    shop: 5 to change, 1 to remove"
  `));
  it('unrelate', () => {
    expect(planText(shop({ '  - [lb:backend, web:http]\n': '' }), { from })).toMatchInlineSnapshot(`
      "lb
        - port 8080 of the host for lb:http  # port 8080 is not exposed any more
        lb/0  # definition of lb (environment.yaml:5:3)
          - service haproxy
          - file /etc/haproxy.cfg
          - health check
          > wait until it is ready

      waiting
        lb/0 waits: for a backend
        lb:http waits: for an active unit

      shop: 4 to remove"
    `);
  });
  it('constraints', () => {
    expect(planText(shop({ 'units: 2': 'units: 2, constraints: {memory: 256M}' }), { from })).toMatchInlineSnapshot(`
      "web
        web/0  # constraints of web (environment.yaml:4:38)
          ~ machine: no limits → 256M memory
        web/1  # constraints of web (environment.yaml:4:38)
          ~ machine: no limits → 256M memory

      shop: 2 to change"
    `);
  });
  it('a directory whose content changes is named, with its line', () => {
    const charms = { site: testCharm({ name: 'site', resources: ['html'], unit: () => ({}) }) };
    const text = 'environment: e\napplications:\n  site:\n    charm: site\n    resources:\n      html: ./html\n';
    const holding = (digest: string) => ({ charms, directories: new Map([['site/html', digest]]) });
    const lines = planText(text, { ...holding('two'), from: deployed(text, holding('one')) }).split('\n');
    expect(lines.find((line) => line.includes('replace'))).toBe(
      '  site/0  # replace site/0: the content of its directory html changes (environment.yaml:6:7)',
    );
  });
  it('another image', () => {
    expect(planText(shop({ 'units: 2': 'units: 2, image: debian/13' }), { from })).toMatchInlineSnapshot(`
      "web
        + image for web: debian/13  # image of web (environment.yaml:4:3)
        web/0  # replace web/0: its image changes (environment.yaml:4:38)
          - machine of web/0
          + machine: debian/13, no limits, 10.65.211.4
          + file /etc/web.conf (0600 root:root)
              +greeting=hello
              +url=postgres://web:{{secret:db/web-password}}@10.65.211.2
          + service web
              +node web
          > wait until it is ready
        web/1  # replace web/1: its image changes (environment.yaml:4:38)
          - machine of web/1
          + machine: debian/13, no limits, 10.65.211.5
          + file /etc/web.conf (0600 root:root, as in web/0)
          + service web (as in web/0)
          > wait until it is ready

      shop: 7 to add, 2 to remove"
    `);
  });
  it('another port', () =>
    expect(planText(shop({ '8080': '8081' }), { from })).toMatchInlineSnapshot(`
    "lb
      ~ port 8081 of the host for lb:http → lb/0:80  # lb exposes http (environment.yaml:5:33)

    shop: 1 to change"
  `));
  it('an application goes, its data stay', () => {
    const text = shop({
      '  db: {charm: postgresql, storage: {data: 2G}}\n': '',
      '  - [web:database, db:database]\n': '',
    });
    expect(planText(text, { from })).toMatchInlineSnapshot(`
      "environment
        ~ names on container: -db -db-0  # environment shop (environment.yaml:1:1)

      lb
        - port 8080 of the host for lb:http  # port 8080 is not exposed any more
        lb/0  # definition of lb (environment.yaml:4:3)
          - service haproxy
          - file /etc/haproxy.cfg
          - health check
          > wait until it is ready

      web
        web/0  # definition of web (environment.yaml:3:3)
          - service web
          - file /etc/web.conf
          > wait until it is ready
        web/1  # definition of web (environment.yaml:3:3)
          - service web
          - file /etc/web.conf
          > wait until it is ready

      db
        db/0  # db is not in the environment any more
          - machine of db/0

      waiting
        lb/0 waits: for a backend
        web/0 waits: for a database
        web/1 waits: for a database
        lb:http waits: for an active unit

      kept data
        storage db/0/data of 2G on container

      shop: 1 to change, 9 to remove"
    `);
  });
  it('down, with the data', () => {
    expect(planText(SHOP, { from, mode: 'down', data: 'remove' })).toMatchInlineSnapshot(`
      "environment
        - network on container  # nothing of shop is on it any more

      lb
        - port 8080 of the host for lb:http  # port 8080 is not exposed any more
        lb/0  # shop is taken down
          - machine of lb/0

      db
        db/0  # shop is taken down
          - machine of db/0
          - storage data of 2G and its data  # db/0 does not use it any more, and its data may go

      web
        web/0  # shop is taken down
          - machine of web/0
        web/1  # shop is taken down
          - machine of web/1

      shop: 7 to remove"
    `);
  });
  it('a new value of a secret', () => {
    const rotated = { ...from, secretVersions: new Map([['db/web-password', 'v2']]) };
    expect(planText(SHOP, { from: rotated })).toMatchInlineSnapshot(`
      "db
        db/0  # definition of db (environment.yaml:3:3)
          > wait until postgresql is ready
          > run role-web: create-role web {{secret:db/web-password}}
          > wait until it is ready

      web
        web/0  # definition of web (environment.yaml:4:3)
          ~ file /etc/web.conf (0600 root:root)
              secret db/web-password has another value
          ~ service web: restart, because of /etc/web.conf
          > wait until it is ready
        web/1  # definition of web (environment.yaml:4:3)
          ~ file /etc/web.conf (0600 root:root, as in web/0)
          ~ service web: restart, because of /etc/web.conf
          > wait until it is ready

      shop: 4 to change, 1 to run"
    `);
  });
});
