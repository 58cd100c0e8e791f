/**
 * Codes of what the engine finds: the environment against its charms. See model/codes.ts for the other families.
 * Sorted.
 */
export const ENGINE_CODES = {
  E2001: 'Unknown option, or one with a wrong value',
  E2002: 'Unknown storage',
  E2003: 'Unknown resource',
  E2004: 'Missing resource',
  E2005: 'Unknown port',
  E2006: 'The provider cannot do it',
  E2007: 'The provider is not known here',
  E2101: 'Unknown endpoint',
  E2102: 'No endpoints fit',
  E2103: 'Several endpoints fit',
  E2104: 'Interfaces differ',
  E2105: 'Roles do not fit',
  E2106: 'Too many relations on an endpoint',
  E2107: 'The same relation twice',
  E2108: 'A relation is missing',
  E2201: 'The charm is faulty',
  E2202: 'The charm published data of the wrong shape',
  E2203: 'The charm was given data of the wrong shape',
  E2204: 'The charm uses a secret it was not given',
  E2205: 'Relation data never comes to rest',
  E2301: 'A port of the host is taken',
  E2302: 'No room in the network',
} as const;

export type EngineCode = keyof typeof ENGINE_CODES;
