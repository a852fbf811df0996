/**
 * What a place is called: believable Vietnamese names by type, made of the commune's name, numbers, roads and
 * virtue words, never of persons. Called by demonstration.ts. Within a commune no name comes twice.
 */
import type { Random } from '../model/random.ts'
import type { Commune } from './communes.ts'
import type { PlaceType } from './place-plan.ts'

const virtues = [
  'Hòa Bình',
  'Đoàn Kết',
  'Thống Nhất',
  'Độc Lập',
  'Thành Công',
  'Thắng Lợi',
  'Quyết Tâm',
  'Tiến Bộ',
  'Hạnh Phúc',
  'Tự Do',
  'Đồng Tâm',
  'Nhân Ái',
]
const nurseries = [
  'Hoa Sen',
  'Hoa Mai',
  'Sơn Ca',
  'Tuổi Thơ',
  'Họa Mi',
  'Măng Non',
  'Hướng Dương',
  'Bình Minh',
  'Ánh Dương',
  'Vành Khuyên',
  'Sao Mai',
  'Hoa Cúc',
  'Hoa Lan',
  'Tuổi Ngọc',
  'Rạng Đông',
]
const templeFirst = ['Hội', 'Long', 'Phước', 'Thiên', 'Bửu', 'Linh', 'Hưng', 'Pháp', 'Từ', 'Giác']
const templeSecond = ['Sơn', 'Quang', 'Đức', 'An', 'Lâm', 'Hòa', 'Tâm', 'Nghĩa', 'Thạnh', 'Nguyên']

/** Roads by district, for the names of crossings. */
const roads: Readonly<Record<string, readonly string[]>> = {
  '718': ['Đại lộ Bình Dương', 'ĐT 741', 'ĐT 743', 'ĐT 744', 'Đường Cách Mạng Tháng Tám'],
  '719': ['Quốc lộ 13', 'ĐT 741B', 'ĐT 749A', 'ĐT 750', 'ĐH 610'],
  '720': ['ĐT 744', 'ĐT 748', 'ĐT 749', 'ĐT 750', 'ĐH 703'],
  '721': ['Quốc lộ 13', 'ĐT 741', 'ĐT 744', 'ĐT 748', 'Đường Mỹ Phước Tân Vạn'],
  '722': ['ĐT 741', 'ĐT 750', 'ĐH 501', 'ĐH 507', 'ĐH 513'],
  '723': ['ĐT 742', 'ĐT 746', 'ĐT 747', 'ĐT 747B', 'ĐH 409'],
  '724': ['Quốc lộ 1', 'Quốc lộ 1K', 'ĐT 743', 'Đường Mỹ Phước Tân Vạn', 'Đường Độc Lập'],
  '725': ['Đại lộ Bình Dương', 'ĐT 743', 'ĐT 745', 'Đường Mỹ Phước Tân Vạn', 'Đường Hòa Bình'],
  '726': ['ĐT 742', 'ĐT 746', 'ĐT 747', 'ĐH 411', 'ĐH 413'],
}

/** Gives one name after another for a commune's places; each call draws a new one. */
export function namer(commune: Commune, random: Random): (type: PlaceType) => string {
  const given = new Set<string>()
  const places = new Map<PlaceType, number>()

  /** The name, or the name with the first number from 2 on that makes it new. */
  function numbered(name: string): string {
    if (!given.has(name)) return name
    let number = 2
    while (given.has(`${name} ${number}`)) number++
    return `${name} ${number}`
  }

  /** "Chợ Phú Lợi", then "Chợ Hòa Bình" or "Chợ Phú Lợi 2". */
  function local(stem: string, words: readonly string[] = virtues): string {
    const plain = `${stem} ${commune.name}`
    if (!given.has(plain)) return plain
    const free = words.filter((word) => !given.has(`${stem} ${word}`))
    return free.length > 0 && random.next() < 0.5 ? `${stem} ${random.pick(free)}` : numbered(plain)
  }

  const quarter = (stem: string) =>
    `${stem} ${commune.urban ? 'Khu phố' : 'Ấp'} ${random.int(1, 9)} ${commune.fullName}`

  return (type) => {
    const number = (places.get(type) ?? 0) + 1
    places.set(type, number)
    const name = numbered(makers[type]({ commune, number, random, local, quarter }))
    given.add(name)
    return name
  }
}

interface Naming {
  readonly commune: Commune
  /** The how-many-eth of its type in the commune: 1, 2, 3 … */
  readonly number: number
  readonly random: Random
  local(stem: string, words?: readonly string[]): string
  /** "Công viên Khu phố 3 phường Phú Lợi". */
  quarter(stem: string): string
}

const makers: Readonly<Record<PlaceType, (naming: Naming) => string>> = {
  'government-office': ({ commune, number, random, local }) => {
    if (number === 1) return `Ủy ban nhân dân ${commune.fullName}`
    if (number === 2 && commune.seatOf === 'district') return `Ủy ban nhân dân ${commune.district.fullName}`
    if (number === 2 && commune.seatOf === 'province') return 'Trung tâm Hành chính tỉnh Bình Dương'
    if (number === 3 && commune.seatOf) return `Bộ phận Một cửa ${commune.district.fullName}`
    return local(random.pick(['Công an', 'Bưu điện', 'Điện lực']), [])
  },
  clinic: ({ commune, number, local }) =>
    number === 1 ? `Trạm Y tế ${commune.fullName}` : local('Phòng khám Đa khoa'),
  school: ({ number, random, local }) =>
    local(
      random.weighted([
        ['Trường Tiểu học', number === 1 ? 1000 : 5],
        ['Trường Trung học cơ sở', 3],
        ['Trường Trung học phổ thông', 1],
      ]),
    ),
  kindergarten: ({ local }) => local('Trường Mầm non', nurseries),
  'cultural-house': ({ commune, number, quarter }) =>
    number === 1 ? `Nhà văn hóa ${commune.fullName}` : quarter('Nhà văn hóa'),
  market: ({ local }) => local('Chợ'),
  supermarket: ({ random, local }) => local(random.pick(['Siêu thị', 'Siêu thị', 'Trung tâm Thương mại'])),
  park: ({ random, local, quarter }) => (random.next() < 0.3 ? quarter('Công viên') : local('Công viên')),
  'bus-station': ({ number, local }) => local(number === 1 ? 'Bến xe' : 'Trạm trung chuyển xe buýt'),
  square: ({ local }) => local('Quảng trường'),
  stadium: ({ number, random, local }) =>
    local(number === 1 ? 'Sân vận động' : random.pick(['Nhà thi đấu', 'Sân bóng'])),
  hospital: ({ commune, number, local }) =>
    number === 1 && commune.seatOf === 'district'
      ? `Trung tâm Y tế ${commune.district.fullName}`
      : local('Bệnh viện Đa khoa'),
  'industrial-zone-gate': ({ commune, number }) =>
    `Cổng ${number === 1 ? '' : `số ${number} `}Khu công nghiệp ${commune.name}`,
  crossing: ({ commune, number, random }) => {
    const form = random.weighted([
      ['Ngã tư', 6],
      ['Ngã ba', 4],
      ['Vòng xoay', 1],
    ])
    if (number === 1) return `${form} ${commune.name}`
    const side = random.pick([`Đường ${commune.name} ${random.int(1, 40)}`, `Đường số ${random.int(1, 60)}`])
    return `${form} ${random.pick(roads[commune.district.code] ?? ['Đường chính'])} – ${side}`
  },
  pagoda: ({ random }) => `Chùa ${random.pick(templeFirst)} ${random.pick(templeSecond)}`,
}
