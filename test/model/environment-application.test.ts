import { describe, expect, it } from 'vitest';
import { application, faults } from './faults.ts';

describe('an application', () => {
  it.each<[string, string, string[]]>([
    [
      'units in words',
      application('units: two'),
      ['5:12 E1103 units of "web" must be a number, not "two"', '  write a number, for example units: 2'],
    ],
    [
      'units in quotes',
      application('units: "2"'),
      ['5:12 E1103 units of "web" must be a number, not "2"', '  remove the quotes'],
    ],
    [
      'negative units',
      application('units: -1'),
      [
        '5:12 E1106 units of "web" must be a whole number from 0 to 100000, not -1',
        '  write a number, for example units: 2',
      ],
    ],
    [
      'half a unit',
      application('units: 1.5'),
      [
        '5:12 E1106 units of "web" must be a whole number from 0 to 100000, not 1.5',
        '  write a number, for example units: 2',
      ],
    ],
    [
      'an unknown key',
      application('unit: 2'),
      ['5:5 E1101 unknown key "unit" in application "web"', '  did you mean "units"?'],
    ],
    [
      "Juju's word",
      application('num_units: 2'),
      ['5:5 E1101 unknown key "num_units" in application "web"', '  the word here is "units"'],
    ],
    [
      'a rollout',
      application('rollout: {strategy: rolling}'),
      ['5:5 E1104 "rollout" in application "web" is not supported yet', '  remove it'],
    ],
    [
      'a secret',
      application('options: {password: {secret: pw}}'),
      [
        '5:26 E1104 references to secrets are not supported yet',
        '  passwords between applications are generated; leave this one out',
      ],
    ],
    [
      'a variable',
      application(`options: {host: "shop.\${domain}"}`),
      [
        `5:21 E1104 variables are not supported yet: "\${domain}"`,
        `  write the value itself; a literal \${ is written $\${`,
      ],
    ],
    [
      'options as text',
      application('options: hello'),
      ['5:14 E1103 options of "web" must be a map, not "hello"', '  for example {greeting: hello}'],
    ],
    [
      'memory without a unit',
      application('constraints: {memory: 512}'),
      ['5:27 E1107 memory must be a size with a unit, not the number 512', '  say the unit: 512M or 512G'],
    ],
    [
      'memory in megabytes',
      application('constraints: {memory: 512mb}'),
      ['5:27 E1107 memory must be a size with a unit, not "512mb"', '  write 512M'],
    ],
    [
      'too little memory',
      application('constraints: {memory: 1K}'),
      ['5:27 E1106 memory must be at least 1M, not "1K"'],
    ],
    [
      'negative cpu',
      application('constraints: {cpu: -1}'),
      ['5:24 E1107 cpu must be a number of processors, not the number -1', '  for example 0.5, 2 or 500m'],
    ],
    ['no cpu at all', application('constraints: {cpu: 0}'), ['5:24 E1106 cpu must be from 0.01 to 1024, not 0']],
    [
      'an unknown constraint',
      application('constraints: {mem: 1G}'),
      ['5:19 E1101 unknown key "mem" in constraints of "web"', '  the word here is "memory"'],
    ],
    [
      'storage without a unit',
      application('storage: {data: lots}'),
      ['5:21 E1107 storage "data" must be a size with a unit, not "lots"', '  for example 512M or 2G'],
    ],
    [
      'expose as a number',
      application('expose: 8080'),
      [
        '5:13 E1103 expose of "web" must be a map, not the number 8080',
        "  name the charm's port and the host's: {http: 8080}",
      ],
    ],
    [
      'two ports',
      application('expose: {http: "8080:80"}'),
      [
        '5:20 E1112 expose "http" has two ports: "8080:80"',
        "  the charm knows its own port: write only the host's, 8080",
      ],
    ],
    [
      'a port too high',
      application('expose: {http: 80800}'),
      [
        '5:20 E1111 expose "http" must be a whole number from 1 to 65535, not 80800',
        '  a port of the host, for example 8080',
      ],
    ],
    [
      'a name as address',
      application('expose: {http: "localhost:80"}'),
      ['5:20 E1112 address of expose "http" is not an IPv4 address: "localhost"', '  write 127.0.0.1'],
    ],
    [
      'an address without a port',
      application('expose: {http: {address: 127.0.0.1}}'),
      ['5:14 E1102 expose "http" lacks "port"'],
    ],
    [
      'a resource that is no text',
      application('resources: {app: 5}'),
      ['5:22 E1103 resource "app" must be text, not the number 5', '  put it in quotes if it is text'],
    ],
    [
      'a charm from npm',
      'environment: a\napplications: {web: {charm: "npm:@acme/x"}}',
      [
        '2:29 E1104 charms from "npm:" are not supported yet: "npm:@acme/x"',
        '  use a built-in charm or a path that begins with ./',
      ],
    ],
    [
      'a path without ./',
      'environment: a\napplications: {web: {charm: charms/web}}',
      [
        '2:29 E1108 "charms/web" is neither the name of a charm nor a path',
        '  a path begins with ./, for example ./charms/web',
      ],
    ],
    [
      'no charm',
      'environment: a\napplications:\n  web: {units: 1}\n',
      ['3:3 E1102 application "web" lacks "charm"', '  say which charm installs and runs it, for example charm: nginx'],
    ],
    [
      'only a charm',
      'environment: a\napplications:\n  web: nginx\n',
      ['3:8 E1103 application "web" must be a map, not "nginx"', '  write {charm: nginx}'],
    ],
    [
      'a bad name',
      'environment: a\napplications:\n  web-1: {charm: x}\n',
      [
        '3:3 E1105 "web-1" is not a valid name of an application: ' +
          'it ends with a hyphen and a number, as host names of units do',
        '  for example "web1"',
      ],
    ],
    [
      'a port given twice',
      'environment: a\napplications:\n  a: {charm: x, expose: {http: 80}}\n' +
        '  b: {charm: x, expose: {http: "127.0.0.1:80"}}\n',
      ['4:26 E1113 port 80 of the host is given to a:http already', '  choose another port'],
    ],
  ])('%s', (_title, text, expected) => {
    expect(faults(text)).toEqual(expected);
  });
});
