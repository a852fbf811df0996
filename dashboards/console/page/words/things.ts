/** Words for what a city is made of: levels of areas, types of place, kinds of device, what may be wrong with them. */
import { faultMeanings } from '../../../../model/kind.ts'
import { inBoth } from './define.ts'

export const things = inBoth({
  en: {
    levels: { province: 'Province', city: 'City', district: 'District', commune: 'Commune' },
    levelsMany: { province: 'Provinces', city: 'Cities', district: 'Districts', commune: 'Communes' },
    placeTypes: {
      school: 'School',
      kindergarten: 'Kindergarten',
      hospital: 'Hospital',
      clinic: 'Clinic',
      market: 'Market',
      supermarket: 'Supermarket',
      park: 'Park',
      'bus-station': 'Bus station',
      square: 'Square',
      stadium: 'Stadium',
      'industrial-zone-gate': 'Industrial-zone gate',
      'government-office': 'Government office',
      crossing: 'Crossing',
      pagoda: 'Pagoda',
      'cultural-house': 'Cultural house',
    },
    kinds: { camera: 'Camera', traffic_counter: 'Traffic counter', street_sensor: 'Street sensor' },
    statuses: { planned: 'Planned', commissioned: 'In service', decommissioned: 'Out of service' },
    states: { working: 'Working', installed: 'Installed, but dark', none: 'No camera' },
    statesLong: {
      working: 'At least one camera proves now that it works.',
      installed: 'There is a camera, but none proves now that it works.',
      none: 'No camera is in service here.',
    },
    faults: faultMeanings,
    yes: 'yes',
    no: 'no',
  },
  vi: {
    levels: {
      province: 'Tỉnh',
      city: 'Thành phố',
      district: 'Huyện, thị, thành',
      commune: 'Xã, phường, thị trấn',
    },
    levelsMany: {
      province: 'Tỉnh',
      city: 'Thành phố',
      district: 'Huyện, thị xã, thành phố',
      commune: 'Xã, phường, thị trấn',
    },
    placeTypes: {
      school: 'Trường học',
      kindergarten: 'Trường mầm non',
      hospital: 'Bệnh viện',
      clinic: 'Trạm y tế',
      market: 'Chợ',
      supermarket: 'Siêu thị',
      park: 'Công viên',
      'bus-station': 'Bến xe',
      square: 'Quảng trường',
      stadium: 'Sân vận động',
      'industrial-zone-gate': 'Cổng khu công nghiệp',
      'government-office': 'Cơ quan nhà nước',
      crossing: 'Giao lộ',
      pagoda: 'Chùa',
      'cultural-house': 'Nhà văn hóa',
    },
    kinds: { camera: 'Camera', traffic_counter: 'Máy đếm xe', street_sensor: 'Cảm biến đường phố' },
    statuses: { planned: 'Dự kiến', commissioned: 'Đang phục vụ', decommissioned: 'Ngừng phục vụ' },
    states: { working: 'Đang hoạt động', installed: 'Đã lắp nhưng tối', none: 'Chưa có camera' },
    statesLong: {
      working: 'Ít nhất một camera đang chứng minh là hoạt động.',
      installed: 'Có camera, nhưng không camera nào chứng minh được là đang hoạt động.',
      none: 'Chưa có camera nào phục vụ tại đây.',
    },
    faults: {
      'not-recording': 'Không ghi hình.',
      'video-loss': 'Mất tín hiệu hình.',
      tampered: 'Bị che, xoay hoặc làm mờ.',
      frozen: 'Hình đứng yên.',
      'battery-low': 'Pin dưới 5 %.',
      silent: 'Không nghe được gì trong ba chu kỳ báo cáo.',
      'never-heard': 'Chưa từng nghe được.',
    },
    yes: 'có',
    no: 'không',
  },
})

/** A word by a name that comes from the city: a type or level that has none here is shown as it is. */
export function wordFor(words: Readonly<Record<string, string>>, name: string): string {
  return words[name] ?? name.replaceAll('-', ' ')
}
