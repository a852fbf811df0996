/**
 * Whether somebody is signed in on the page, and as whom; and what one signs in with. The secret of the session itself
 * is in no answer: it is in a cookie that the page cannot read.
 */
import { z } from 'zod'
import { role } from '../role.ts'
import { timestamp } from '../time.ts'

export const signedIn = z
  .object({
    key: z.string().meta({ description: 'The id of the API key in whose name all is done' }),
    name: z.string().meta({ description: 'What that key is for' }),
    role,
    until: timestamp.meta({ description: 'When the session ends' }),
  })
  .meta({ id: 'SignedIn' })
export type SignedIn = z.infer<typeof signedIn>

export const session = z
  .object({ signedIn: signedIn.nullable().meta({ description: 'null: nobody' }) })
  .meta({ id: 'Session' })
export type Session = z.infer<typeof session>

/** Longer than any key, and short enough to be looked at. */
const secret = z.string().trim().min(1).max(200)

export const signIn = z
  .strictObject({
    key: secret.optional().meta({ description: 'An API key' }),
    code: secret.optional().meta({ description: 'The code of the link that Lantern prints at its start' }),
  })
  .refine(({ key, code }) => (key === undefined) !== (code === undefined), 'give either "key" or "code"')
  .meta({ id: 'SignIn', minProperties: 1, maxProperties: 1 })
