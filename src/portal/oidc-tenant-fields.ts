import type { OidcTenantView } from '../tenancy/tenant-view.js';
import type { FormField } from './field.js';

/** The questions about an OIDC tenant: empty for a new one, else with what is there. */
export function tenantFields(tenant?: OidcTenantView): readonly FormField[] {
  const { settings, domains, breakGlassEmails, preferences } = tenant ?? {};
  const text = (value: string | undefined) => (value === undefined ? {} : { value });
  return [
    {
      kind: 'text',
      name: 'domains',
      label: 'Associated domains',
      hint: 'Separate them with a comma. Only domains that you control: each has to be proved afterwards.',
      required: true,
      ...text(domains?.map(({ name }) => name).join(', ')),
    },
    {
      kind: 'url',
      name: 'authority',
      label: 'Authority URL',
      hint: 'The issuer, such as https://login.microsoftonline.com/<tenant>/v2.0',
      required: true,
      ...text(settings?.authority),
    },
    { kind: 'text', name: 'clientId', label: 'Client ID', required: true, ...text(settings?.clientId) },
    {
      kind: 'secret',
      name: 'clientSecret',
      label: 'Client secret',
      hint: tenant ? 'Leave it empty to keep the one there is.' : 'Kept encrypted and never shown again.',
    },
    {
      kind: 'time',
      name: 'secretExpiresAt',
      label: 'Secret expires (UTC)',
      hint: 'Optional. We remind you two weeks before.',
    },
    {
      kind: 'text',
      name: 'breakGlassEmails',
      label: 'Break-glass e-mail addresses',
      hint: 'Optional, separated with a comma. They can sign in without the identity provider.',
      ...text(breakGlassEmails?.join(', ')),
    },
    {
      kind: 'text',
      name: 'additionalScopes',
      label: 'Additional scopes',
      hint: 'Optional. Asked for besides openid, profile and email.',
      ...text(settings?.additionalScopes?.join(' ')),
    },
    {
      kind: 'text',
      name: 'claimNames.groups',
      label: 'Name of the groups claim',
      hint: 'Optional. “groups” unless your identity provider calls it otherwise.',
      ...text(settings?.claimNames?.['groups']),
    },
    ...Object.entries(settings?.claimNames ?? {})
      .filter(([attribute]) => attribute !== 'groups')
      .map(
        ([attribute, claim]): FormField => ({
          kind: 'text',
          name: `claimNames.${attribute}`,
          label: `Name of the claim for ${attribute}`,
          value: claim,
        }),
      ),
    {
      kind: 'yes-no',
      name: 'preferences.scim',
      label: 'We want to provision people by SCIM',
      value: preferences?.scim === true,
    },
    {
      kind: 'yes-no',
      name: 'preferences.changePhoneNumber',
      label: 'Provisioned people may change their phone number',
      value: preferences?.changePhoneNumber === true,
    },
    {
      kind: 'yes-no',
      name: 'preferences.confirmPhoneNumber',
      label: 'Provisioned people must confirm their phone number (recommended)',
      value: preferences?.confirmPhoneNumber !== false,
    },
  ];
}
