import type { SignInPreview } from '../provisioning/sign-in-preview.js';
import { type Html, html } from './html.js';
import { name } from './text.js';

/** What came of a test sign-in. */
export type TestSignInResult =
  | { readonly kind: 'failed'; readonly sentence: string; readonly mender: string; readonly code: string }
  | {
      readonly kind: 'done';
      readonly issuer: string;
      readonly email: { readonly address: string | undefined; readonly verified: boolean };
      readonly groups: { readonly state: string; readonly count: number };
      /** What the identity provider said, as it may be shown. */
      readonly claims: Readonly<Record<string, unknown>>;
      /** Absent where the application does not manage people. */
      readonly preview?: SignInPreview;
    };

const MOST_CLAIMS = 100;
const LONGEST_CLAIM = 500;

/** The page after a test sign-in: nobody was signed in. */
export function testSignInPage(result: TestSignInResult, backUrl: string): Html {
  const back = html`<p><a href="${backUrl}">Back to single sign-on</a></p>`;
  if (result.kind === 'failed') {
    return html`<div class="problem" role="alert"><p><strong>${result.sentence}</strong> ${result.mender}</p></div>
<p class="quiet">Code: <code>${result.code}</code></p>${back}`;
  }
  const { issuer, email, groups, claims, preview } = result;
  return html`<p>The sign-in at ${name(issuer)} works. Nobody was signed in here.</p>
<dl><dt>E-mail address</dt><dd>${name(email.address ?? 'none')} ${email.verified ? '(counts as verified)' : '(does not count: it is not verified, or not in a proved domain)'}</dd>
<dt>Groups</dt><dd>${GROUPS[groups.state] ?? groups.state}${groups.state === 'present' && html` (${groups.count})`}</dd></dl>
${preview && html`<h2>What a real sign-in would do</h2>${whatFollows(preview)}`}
<h2>What the identity provider said</h2>
<div class="scroll"><table><thead><tr><th scope="col">Claim</th><th scope="col">Value</th></tr></thead><tbody>${Object.entries(
    claims,
  )
    .slice(0, MOST_CLAIMS)
    .map(
      ([claim, value]) => html`<tr><th scope="row">${name(claim)}</th><td><bdi>${textOf(value)}</bdi></td></tr>`,
    )}</tbody></table></div>
${back}`;
}

const GROUPS: Readonly<Record<string, string>> = {
  present: 'came with the sign-in',
  empty: 'the person is in none',
  missing: 'no groups claim came: nobody loses a team because of that',
  overflow: 'too many for the token: nobody loses a team because of that',
};

function whatFollows(preview: SignInPreview): Html {
  if (preview.kind === 'refused') return html`<p class="notice">It would be refused: ${preview.sentence}</p>`;
  const { kind, user, adopts, updatesProfile, gains, loses, changes } = preview;
  const who = user?.displayName ?? user?.email ?? '';
  const nothing = gains.length + loses.length + changes.length === 0;
  return html`<p>${kind === 'link' && !user ? WHO.create : WHO[kind]} ${user && name(who)}</p>
${adopts && html`<p>A directory has pushed them before. They would become a person here with this sign-in.</p>`}
${updatesProfile && html`<p>Name and time zone would be taken from the identity provider.</p>`}
${nothing ? html`<p>No team and no role would change.</p>` : html`<ul>${changes.map(({ team, role }) => html`<li>is ${role} in ${name(team)} from then on</li>`)}${gains.map(({ team, role }) => html`<li class="gains">gains ${name(team)} as ${role}</li>`)}${loses.map(({ team, role }) => html`<li class="loses">loses ${name(team)} (${role})</li>`)}</ul>`}`;
}

const WHO = {
  known: 'It is somebody who has signed in before:',
  link: 'It is somebody who is here already and signs in for the first time:',
  create: 'A new person would be made.',
} as const;

function textOf(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > LONGEST_CLAIM ? `${text.slice(0, LONGEST_CLAIM)}…` : text;
}
