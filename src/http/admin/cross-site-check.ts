import type { Request } from 'express';
import { AdminProblem } from '../../admin/admin-problem.js';
import { refuseCrossSite } from '../sign-in/cross-site.js';
import { SignInRefusal } from '../sign-in/sign-in-refusal.js';

/**
 * Refuses a change that another website made the browser send. A program says where it comes from with `Origin`.
 * @throws {AdminProblem} `cross_site`
 */
export function refuseOtherSites(request: Request, baseUrl: string): void {
  try {
    refuseCrossSite(request, [baseUrl]);
  } catch (error) {
    if (error instanceof SignInRefusal) throw new AdminProblem('cross_site');
    throw error;
  }
}
