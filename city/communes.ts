/**
 * The facts that the demonstration city stands on: the 91 communes of Bình Dương under 9 districts, as they
 * stood in the 2020–2025 term (binh-duong-communes.csv beside this file), and what follows from them: the
 * areas. Called by demonstration.ts. A fact table, so that no other code knows the province.
 */
import { readFileSync } from 'node:fs'
import { parse } from 'csv-parse/sync'
import { z } from 'zod'
import type { Area } from '../model/area.ts'

const row = z.object({
  code: z.string(),
  name: z.string(),
  type: z.enum(['ward', 'commune', 'township']),
  district_code: z.string(),
  district: z.string(),
  district_type: z.enum(['city', 'rural district']),
  population_2019: z.coerce.number().int(),
  area_km2: z.coerce.number().positive(),
  longitude: z.coerce.number(),
  latitude: z.coerce.number(),
})

const kindWords = {
  ward: 'phường',
  commune: 'xã',
  township: 'thị trấn',
  city: 'thành phố',
  'rural district': 'huyện',
} as const

export const province = { code: '74', name: 'Bình Dương' } as const

/** The communes with the seat of a district's offices, and the one with the province's. */
const districtSeats = [
  '25747',
  '25777',
  '25813',
  '25822',
  '25858',
  '25888',
  '25906',
  '25942',
  '25966',
] as const
const provinceSeat = '25760'

/** The communes on the banks of the Sài Gòn, and of the Đồng Nai. */
const riverside = new Set([
  ...['25747', '25753', '25756', '25765', '25771', '25774', '25777', '25807', '25810', '25843', '25855'],
  ...['25963', '25966', '25978', '25981', '25984', '25990'],
  ...['25888', '25908', '25909', '25918', '25927', '25930', '25936', '25937', '25939', '25954'],
])

export interface Commune {
  readonly code: string
  /** As it stands on a sign without the kind of unit: "Phú Lợi". */
  readonly name: string
  /** With the kind of unit, in the middle of a sentence: "phường Phú Lợi". */
  readonly fullName: string
  readonly district: { readonly code: string; readonly fullName: string }
  /** Whether it is built up: a ward or a township. */
  readonly urban: boolean
  /** Inhabitants, census of 2019. */
  readonly population: number
  readonly areaKm2: number
  /** A point inside it, WGS 84 degrees, within a few km. */
  readonly longitude: number
  readonly latitude: number
  readonly seatOf: 'district' | 'province' | null
  readonly riverside: boolean
}

/** The communes in the order of their codes. Reads the file each time: once a start is enough. */
export function readCommunes(): Commune[] {
  const file = new URL('binh-duong-communes.csv', import.meta.url)
  const rows = z.array(row).parse(parse(readFileSync(file), { columns: true }))
  return rows.map((fact) => ({
    code: fact.code,
    name: fact.name,
    fullName: `${kindWords[fact.type]} ${fact.name}`,
    district: { code: fact.district_code, fullName: `${kindWords[fact.district_type]} ${fact.district}` },
    urban: fact.type !== 'commune',
    population: fact.population_2019,
    areaKm2: fact.area_km2,
    longitude: fact.longitude,
    latitude: fact.latitude,
    seatOf:
      fact.code === provinceSeat
        ? 'province'
        : districtSeats.some((code) => code === fact.code)
          ? 'district'
          : null,
    riverside: riverside.has(fact.code),
  }))
}

/** Province → districts → communes, each parent before its children, with the inhabitants summed upwards. */
export function areasOf(communes: readonly Commune[]): Area[] {
  const byDistrict = Map.groupBy(communes, (commune) => commune.district.code)
  const area = (
    code: string,
    fullName: string,
    level: string,
    parent: string | null,
    within: readonly Commune[],
  ): Area => ({
    code,
    name: capitalised(fullName),
    level,
    parent,
    population: within.reduce((sum, commune) => sum + commune.population, 0),
    boundary: null,
  })
  const districts = [...byDistrict.values()]
    .flatMap((within) => within.slice(0, 1).map(({ district }) => ({ within, ...district })))
    .sort((a, b) => a.code.localeCompare(b.code, 'en'))
  return [
    area(province.code, `tỉnh ${province.name}`, 'province', null, communes),
    ...districts.map(({ code, fullName, within }) => area(code, fullName, 'district', province.code, within)),
    ...communes.map((commune) =>
      area(commune.code, commune.fullName, 'commune', commune.district.code, [commune]),
    ),
  ]
}

function capitalised(text: string): string {
  return text.charAt(0).toLocaleUpperCase('vi') + text.slice(1)
}
