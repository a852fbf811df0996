/**
 * What went wrong between Lantern and a Grafana, as an error that names the remedy: refusals (401, 403, 404, 409, 412,
 * 422 …), answers that are not Grafana's, redirects, and everything that a network or TLS can do. Called by http.ts.
 */
import { z } from 'zod'
import { type ErrorCode, LanternError } from '../../../model/errors.ts'

/** An answer as it came, the body parsed where it is JSON. */
export interface Answer {
  readonly status: number
  readonly location: string | undefined
  readonly body: unknown
}

/** Grafana's errors: https://grafana.com/docs/grafana/latest/developers/http_api/dashboard/ and the pages beside it. */
const said = z.looseObject({ message: z.string(), status: z.string().optional() })

const wholeAdmin =
  'Use a service account with the role Admin (Administration, Users and access, Service accounts), or a user with it.'

const refusals: Readonly<Record<number, { code: ErrorCode; remedy: string }>> = {
  400: {
    code: 'invalid-request',
    remedy: 'Correct what Grafana names. Lantern is made for Grafana 11 and newer: compare the versions.',
  },
  401: {
    code: 'unauthenticated',
    remedy: `The token or password is wrong, expired, or of another Grafana. ${wholeAdmin}`,
  },
  403: { code: 'forbidden', remedy: `The sign-in may not do this. ${wholeAdmin}` },
  404: {
    code: 'not-found',
    remedy:
      'Check that --url ends where Grafana begins (a Grafana below a path needs that path), that it is version 11 or newer, and that its alerting is switched on.',
  },
  409: {
    code: 'conflict',
    remedy:
      'Something of that name or uid is there already, or has just been changed. Run it again; if it stays, rename the other in Grafana.',
  },
  412: {
    code: 'conflict',
    remedy:
      'Somebody has just changed it. Nothing of theirs was overwritten; run it again to see what it is now.',
  },
  422: {
    code: 'invalid-request',
    remedy:
      'Grafana read it and did not accept a value. Correct what it names; compare its version with the one Lantern is made for, 11 or newer.',
  },
  429: {
    code: 'too-many-requests',
    remedy: 'Grafana, or a proxy before it, limits requests. Run it again in a minute.',
  },
}

/** The error that a refusing answer stands for. `what`: the step, such as `dashboard "City coverage"`. */
export function refused(what: string, answer: Answer): LanternError {
  const { status, body } = answer
  const parsed = said.safeParse(body)
  const words = parsed.success ? `: ${parsed.data.message}` : ''
  const detail = `${what}: Grafana answered ${status}${words}`
  // Who made a thing over the API or in files owns it: https://grafana.com/docs/grafana/latest/alerting/set-up/provision-alerting-resources/
  if (/provenance/i.test(words))
    return new LanternError('conflict', detail, {
      remedy:
        'It was made by files or by another tool, and Grafana lets only that change it. Change it there, or remove it there first.',
    })
  if (/provisioned|read-only/i.test(words))
    return new LanternError('conflict', detail, {
      remedy: 'This Grafana has it from provisioning files. Change it there, or remove it there first.',
    })
  const known = refusals[status]
  if (known) return new LanternError(known.code, detail, { remedy: known.remedy })
  return new LanternError(status >= 500 ? 'store-unavailable' : 'internal', detail, {
    passing: status >= 502 && status <= 504,
    remedy: 'Grafana has trouble of its own: its log says more. What was done stays done; run it again.',
  })
}

/** An answer that sends elsewhere. It is not followed: a token must not go to an address that nobody named. */
export function redirected(url: string, answer: Answer): LanternError {
  const target = answer.location === undefined ? undefined : new URL(answer.location, url)
  if (target?.pathname.endsWith('/login'))
    return new LanternError('unauthenticated', `${url} sends to its sign-in page`, {
      remedy:
        'A proxy before Grafana asks for a sign-in of its own. Give --url an address that reaches Grafana directly.',
    })
  const path = target?.pathname.replace(/\/api\/.*$/, '') ?? ''
  return new LanternError('invalid-request', `${url} answered ${answer.status}, a redirect`, {
    remedy: target
      ? `Say --url ${target.origin}${path} if that is your Grafana.`
      : 'Give the final address as --url.',
  })
}

/** A server that answers, and not as Grafana does. */
export function notGrafana(url: string, answer: Answer): LanternError {
  const overHttp = typeof answer.body === 'string' && answer.body.includes('HTTP request to an HTTPS server')
  return new LanternError('invalid-request', `${url} answered ${answer.status}, but not as Grafana does`, {
    remedy: overHttp
      ? 'It speaks TLS: begin --url with https://.'
      : 'Check --url: scheme, host, port, and the path where Grafana is below one, such as https://city.example/grafana.',
  })
}

const tlsCodes =
  /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_\w+|CERT_\w+|ERR_TLS_\w+|ERR_SSL_\w+|EPROTO)$/

/** The error that a request stands for that got no answer. */
export function unanswered(url: string, thrown: unknown): LanternError {
  const code = z.looseObject({ code: z.string() }).safeParse(thrown).data?.code ?? 'no answer'
  if (tlsCodes.test(code)) return tlsFault(url, code)
  if (code === 'ECONNABORTED' || code === 'ETIMEDOUT')
    return new LanternError('store-timeout', `${url} did not answer in time`, {
      passing: true,
      remedy:
        'Check that Grafana is well and that no firewall lies between, or allow more with --timeout. Then run it again.',
    })
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return new LanternError('store-unavailable', `${url}: no server of this name is known here (${code})`, {
      passing: true,
      remedy: 'Check the name in --url, and that this machine can resolve it.',
    })
  return new LanternError('store-unavailable', `${url} cannot be reached (${code})`, {
    passing: true,
    remedy:
      'Check that Grafana runs and that host and port in --url are right. What was done stays done; run it again.',
  })
}

function tlsFault(url: string, code: string): LanternError {
  const remedy =
    code === 'CERT_HAS_EXPIRED'
      ? "Renew the server's certificate."
      : code === 'ERR_TLS_CERT_ALTNAME_INVALID'
        ? 'Use a host name in --url that stands in the certificate.'
        : /SELF_SIGNED|UNABLE_TO/.test(code)
          ? 'If the certificate is of an authority of your own, name its file: NODE_EXTRA_CA_CERTS=ca.pem npm run grafana -- …'
          : 'The server speaks no TLS there: try http://, or another port.'
  return new LanternError('invalid-request', `${url}: the TLS connection failed (${code})`, { remedy })
}
