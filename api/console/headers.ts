/**
 * What the console's page may do in a browser: load from Lantern, ask Lantern, and nothing else; only the
 * tiles of an outside map may come from elsewhere, where the city has set one.
 */
import type { BaseMap } from '../../model/answers/city.ts'

/** Powers of a browser that the page has no use for. */
const refused = [
  'accelerometer',
  'camera',
  'display-capture',
  'geolocation',
  'gyroscope',
  'magnetometer',
  'microphone',
  'payment',
  'usb',
]

export function pageHeaders(baseMap: BaseMap | null): Record<string, string> {
  const images = ["'self'", 'data:', 'blob:', ...(baseMap ? [new URL(baseMap.url).origin] : [])]
  const policy = {
    'default-src': "'none'",
    'script-src': "'self'",
    'style-src': "'self'",
    'font-src': "'self'",
    'connect-src': "'self'",
    'img-src': images.join(' '),
    'manifest-src': "'self'",
    'base-uri': "'none'",
    'form-action': "'self'",
    'frame-ancestors': "'none'",
  }
  return {
    'content-security-policy': policyText(policy),
    'cross-origin-opener-policy': 'same-origin',
    'permissions-policy': refused.map((power) => `${power}=()`).join(', '),
    // Public tile servers refuse whoever does not say where their tiles are shown.
    ...(baseMap ? { 'referrer-policy': 'strict-origin' } : {}),
  }
}

export function policyText(policy: Readonly<Record<string, string>>): string {
  return Object.entries(policy)
    .map(([directive, value]) => `${directive} ${value}`)
    .join('; ')
}
