import { sha256 } from '../core/sha256.js';
import { SCRIPT } from './script.js';
import { STYLESHEET } from './stylesheet.js';

/** A file of the portal. Its name holds a hash of it, so that browsers may keep it for good. */
export interface Asset {
  readonly name: string;
  readonly type: string;
  readonly text: string;
}

function asset(base: string, extension: string, type: string, text: string): Asset {
  return { name: `${base}-${sha256(text).slice(0, 16)}.${extension}`, type, text };
}

export const STYLESHEET_ASSET: Asset = asset('portal', 'css', 'text/css; charset=utf-8', STYLESHEET);
export const SCRIPT_ASSET: Asset = asset('portal', 'js', 'text/javascript; charset=utf-8', SCRIPT);
