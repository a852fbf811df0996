/**
 * Small files of a made-up town, in each form that the importer reads: a beginning for a city's own tables.
 * Written by `npm run city -- example <folder>`; a test imports them.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const areas = `code,name,level,parent,population
900,Thành phố Ví Dụ,city,,31200
901,Phường Một,ward,900,18400
902,Phường Hai,ward,900,12800
`

const places = `id,name,type,area,longitude,latitude
school-901-1,Trường Tiểu học Phường Một,school,901,106.6512,10.9804
market-901-1,Chợ Phường Một,market,901,106.6534,10.9817
crossing-902-1,Ngã tư Phường Hai,crossing,902,106.6611,10.9752
`

const morePlaces = {
  type: 'FeatureCollection',
  features: [
    {
      type: 'Feature',
      properties: { id: 'park-902-1', name: 'Công viên Phường Hai', type: 'park', area: '902' },
      geometry: { type: 'Point', coordinates: [106.6628, 10.9761] },
    },
    {
      type: 'Feature',
      properties: { id: 'hospital-901-1', name: 'Bệnh viện Ví Dụ', type: 'hospital', area: '901' },
      geometry: { type: 'Point', coordinates: [106.6549, 10.9799] },
    },
  ],
}

const devices = `id,kind,place,name,reportingIntervalSeconds,longitude,latitude
cam-school-1,camera,school-901-1,Cổng chính,60,106.6513,10.9805
cam-market-1,camera,market-901-1,Cổng Đông,60,,
cnt-crossing-1,traffic_counter,crossing-902-1,Hướng Bắc,60,,
env-park-1,street_sensor,park-902-1,Không khí và tiếng ồn,300,,
`

/** Writes the files and returns their paths. Raises when one of them exists already. */
export async function writeExample(folder: string): Promise<string[]> {
  const files = {
    'areas.csv': areas,
    'places.csv': places,
    'more-places.geojson': `${JSON.stringify(morePlaces, null, 2)}\n`,
    'devices.csv': devices,
  }
  await mkdir(folder, { recursive: true })
  const paths = Object.entries(files).map(([name, text]) => ({ path: join(folder, name), text }))
  for (const { path, text } of paths) await writeFile(path, text, { flag: 'wx' })
  return paths.map(({ path }) => path)
}
