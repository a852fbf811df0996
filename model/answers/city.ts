/**
 * What anyone who shows the city must know of it first: its name, its time zone, its goal, the rungs of its
 * areas, and the outside map to lay under it where the city has set one.
 */
import { z } from 'zod'

export const baseMap = z
  .object({
    url: z.string().meta({ description: 'Tiles as XYZ: {z}, {x} and {y} stand for zoom, column and row' }),
    attribution: z.string().meta({ description: 'Plain text, to be shown on the map' }),
  })
  .meta({ id: 'BaseMap' })
export type BaseMap = z.infer<typeof baseMap>

export const city = z
  .object({
    name: z.string().nullable().meta({ description: 'Of the only area at the top; null: there are several' }),
    timeZone: z.string().meta({ description: 'IANA: where its days begin', examples: ['Asia/Ho_Chi_Minh'] }),
    goal: z.object({
      target: z.number().meta({ description: 'The share of places to be installed' }),
      deadline: z.iso.date(),
    }),
    levels: z.array(z.string()).meta({ description: 'The rungs of its areas, from the top down' }),
    simulated: z.boolean().meta({ description: 'Whether a simulator speaks for any device in service' }),
    baseMap: baseMap.nullable().meta({ description: 'null: there is none' }),
  })
  .meta({ id: 'City' })
export type City = z.infer<typeof city>
