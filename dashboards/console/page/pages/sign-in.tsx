/** The page sign-in. */
export function SignInPage() {
  return null
}
