/** Who is signed in on the console, as the API answers it. */
import { z } from 'zod'
import { role } from '../role.ts'
import { timestamp } from '../time.ts'

export const signedIn = z
  .object({ key: z.string(), name: z.string(), role, until: timestamp })
  .meta({ id: 'SignedIn' })
export type SignedIn = z.infer<typeof signedIn>

export const session = z.object({ signedIn: signedIn.nullable() }).meta({ id: 'Session' })
export type Session = z.infer<typeof session>
