/** An organization: the host's customer. The first argument of every storage call that concerns one. */
export interface OrganizationScope {
  readonly organizationId: string;
}

/** One SCIM directory of an organization. Nothing read or written under a scope may come from another. */
export interface DirectoryScope extends OrganizationScope {
  readonly directoryId: string;
}
