/** A bounding box as it stands in a query: `minLon,minLat,maxLon,maxLat`, as RFC 7946 orders it. */
import { z } from 'zod'

const corner = z.tuple([
  z.number().min(-180).max(180),
  z.number().min(-90).max(90),
  z.number().min(-180).max(180),
  z.number().min(-90).max(90),
])

export const boundingBox = z
  .string()
  .max(200)
  .transform((text, context): [number, number, number, number] => {
    const numbers = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)))
    const parsed = corner.safeParse(numbers)
    if (parsed.success && parsed.data[1] <= parsed.data[3]) return parsed.data
    context.addIssue({
      code: 'custom',
      message: 'expected minLon,minLat,maxLon,maxLat in degrees, such as 106.6,10.9,106.8,11.1',
    })
    return z.NEVER
  })
  .meta({
    description: 'minLon,minLat,maxLon,maxLat in degrees; minLon > maxLon crosses the 180th meridian',
    examples: ['106.6,10.9,106.8,11.1'],
  })
