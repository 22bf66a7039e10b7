import { AUTH0 } from './auth0.js';
import { ENTRA } from './entra.js';
import { GOOGLE } from './google.js';
import { JUMPCLOUD } from './jumpcloud.js';
import { KEYCLOAK } from './keycloak.js';
import { OKTA } from './okta.js';
import { ONELOGIN } from './onelogin.js';
import type { GuidePart, GuidePiece, GuideValues, SetupGuide } from './setup-guide.js';

/** All guides, in the order in which a page offers them. */
export const SETUP_GUIDES: readonly SetupGuide[] = [ENTRA, OKTA, ONELOGIN, JUMPCLOUD, GOOGLE, AUTH0, KEYCLOAK];

/** A piece of a filled guide: what has `copy` is a value to be copied. */
export interface FilledPiece {
  readonly text: string;
  readonly copy?: true;
}

interface FilledField {
  readonly label: string;
  readonly content: readonly FilledPiece[];
}

interface FilledStep {
  readonly title: string;
  readonly text: readonly FilledPiece[];
  readonly fields: readonly FilledField[];
}

/** One half of a guide with the values of an organization. Without steps the provider cannot do it, and the notes say so. */
export interface FilledGuide {
  readonly steps: readonly FilledStep[];
  readonly notes: readonly (readonly FilledPiece[])[];
}

/**
 * Puts the values of an organization into one half of a guide. A value that is not known yet, such as the address of a
 * directory that is still to be created, is shown as what it is called.
 */
export function fillGuide({ steps, notes }: GuidePart, values: Partial<GuideValues>): FilledGuide {
  const fill = (pieces: readonly GuidePiece[]) => joined(pieces.map((piece) => filled(piece, values)));
  return {
    steps: steps.map(({ title, text, fields }) => ({
      title,
      text: fill(text),
      fields: fields.map(({ label, content }) => ({ label, content: fill(content) })),
    })),
    notes: notes.map(fill),
  };
}

const UNKNOWN: Readonly<GuideValues> = {
  applicationName: 'this application',
  scimBaseUrl: '(the base URL, once there is a directory)',
  tokenName: '(once there is one)',
  redirectUri: '(the redirect URI)',
  loginUrl: '(the login URL, once the request is stored)',
  postLogoutUri: '(the address after signing out)',
  backChannelLogoutUri: '(the back-channel address, once the request is stored)',
  scopes: 'openid profile email',
};

function filled(piece: GuidePiece, values: Partial<GuideValues>): FilledPiece {
  if (typeof piece === 'string') return { text: piece };
  const value = values[piece.value];
  return value === undefined ? { text: UNKNOWN[piece.value] } : { text: value, copy: true };
}

/** A value and what is written right behind it are copied as one: `https://…?aadOptscim062020`. */
function joined(pieces: readonly FilledPiece[]): readonly FilledPiece[] {
  const all: FilledPiece[] = [];
  for (const piece of pieces) {
    const last = all.at(-1);
    const isPart = last?.copy && !piece.copy && /^[?/]\S+$/.test(piece.text);
    if (isPart) all.splice(-1, 1, { text: `${last.text}${piece.text}`, copy: true });
    else all.push(piece);
  }
  return all;
}
