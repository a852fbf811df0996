/**
 * The roles, and which includes which. Apart from the secrets of model/access.ts, so that the console can
 * tell in a browser what the one who is signed in may do.
 */
import { z } from 'zod'

export const roles = ['viewer', 'operator', 'admin'] as const
export const role = z.enum(roles)
export type Role = z.infer<typeof role>

/** Whether a role includes another: admin ⊃ operator ⊃ viewer. */
export function includesRole(has: Role, needed: Role): boolean {
  return roles.indexOf(has) >= roles.indexOf(needed)
}
