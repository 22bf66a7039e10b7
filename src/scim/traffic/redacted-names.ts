/** Names of attributes, with schema and sub-attributes: `name.givenName`, `urn:…:User:department`. */
const NAME = /^[A-Za-z$][\w$.:-]{0,255}$/;

/** Values that say what an element is and not who: they are the same for everybody. */
const ORDINARY: ReadonlySet<string> = new Set([
  'work',
  'home',
  'other',
  'mobile',
  'fax',
  'pager',
  'user',
  'group',
  'direct',
  'indirect',
  'true',
  'false',
  'windowsazureactivedirectoryrole',
]);

/** Segments of paths that are no value of anybody. */
const ENDPOINTS: ReadonlySet<string> = new Set([
  'users',
  'user',
  'groups',
  'group',
  'bulk',
  'me',
  '.search',
  'schemas',
  'resourcetypes',
  'serviceproviderconfig',
  'serviceproviderconfigs',
  'scim',
  'v1',
  'v2',
]);

/** Whether text that stands where a name belongs has the form of one. */
export function isName(text: string): boolean {
  return NAME.test(text);
}

/** Whether a value says nothing of anybody. */
export function isOrdinary(text: string): boolean {
  return ORDINARY.has(text.toLowerCase());
}

/** Whether a segment of a path is an endpoint, in whatever spelling; `own` are those of the host's resource types. */
export function isEndpoint(text: string, own: ReadonlySet<string>): boolean {
  return ENDPOINTS.has(text.toLowerCase()) || own.has(text);
}
