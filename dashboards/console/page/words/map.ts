/** Words of the map: what the people who use it read, in both languages. */
import { inBoth } from './define.ts'

export const map = inBoth({
  en: {
    title: 'Map of the city',
    label: 'Map of coverage, public places and open alerts',
    help: 'Arrow keys move the map, with Shift in small steps. Plus and minus zoom, Home shows all of it. What is at the cross in the middle is read out; Enter opens it. Tab leaves the map. The same figures stand in the table of this page.',
    buttons: { nearer: 'Zoom in', farther: 'Zoom out', whole: 'Show all' },
    hints: {
      wheel: 'Hold Ctrl (⌘) while scrolling to zoom the map',
      touch: 'Use two fingers to move the map',
    },
    schematic: 'Schematic areas',
    schematicHelp:
      'Schematic areas: this city has no boundaries on file, so they are drawn from where its places lie.',
    legend: 'What the signs mean',
    shading: (target: string) => `Installed share, target ${target}`,
    under: (share: string) => `under ${share}`,
    between: (from: string, to: string) => `${from} – ${to}`,
    from: (share: string) => `from ${share}`,
    placesSigns: 'Public places',
    ring: 'several places; orange number: dark',
    alertSigns: 'Open alerts',
    places: (count: string) => `${count} public places`,
    stateCount: (state: string, count: string) => `${state}: ${count}`,
    nearer: 'Open to look nearer',
    openAlerts: (count: number, written: string) => (count === 1 ? 'Open alert' : `${written} open alerts`),
    alert: (severity: string, title: string) => `${severity}: ${title}`,
    share: (name: string, share: string, count: string, places: string) =>
      `${name}: ${share} (${count} of ${places})`,
    toTarget: (points: string, target: string) => `${points} points from the target of ${target}`,
  },
  vi: {
    title: 'Bản đồ thành phố',
    label: 'Bản đồ độ phủ, nơi công cộng và cảnh báo đang mở',
    help: 'Phím mũi tên di chuyển bản đồ, giữ Shift để đi từng bước nhỏ. Phím cộng và trừ để phóng to, thu nhỏ, phím Home hiện toàn bộ. Nội dung tại dấu thập ở giữa được đọc lên; Enter để mở. Tab để rời bản đồ. Các số liệu này cũng có trong bảng của trang.',
    buttons: { nearer: 'Phóng to', farther: 'Thu nhỏ', whole: 'Hiện toàn bộ' },
    hints: {
      wheel: 'Giữ Ctrl (⌘) khi cuộn để phóng to hoặc thu nhỏ bản đồ',
      touch: 'Dùng hai ngón tay để di chuyển bản đồ',
    },
    schematic: 'Khu vực dạng sơ đồ',
    schematicHelp:
      'Khu vực dạng sơ đồ: thành phố này chưa có ranh giới trong dữ liệu, nên khu vực được vẽ theo vị trí các địa điểm.',
    legend: 'Chú giải',
    shading: (target: string) => `Tỷ lệ đã lắp, mục tiêu ${target}`,
    under: (share: string) => `dưới ${share}`,
    between: (from: string, to: string) => `${from} – ${to}`,
    from: (share: string) => `từ ${share}`,
    placesSigns: 'Nơi công cộng',
    ring: 'nhiều nơi; số màu cam: đang tối',
    alertSigns: 'Cảnh báo đang mở',
    places: (count: string) => `${count} nơi công cộng`,
    stateCount: (state: string, count: string) => `${state}: ${count}`,
    nearer: 'Mở để xem gần hơn',
    openAlerts: (count: number, written: string) =>
      count === 1 ? 'Cảnh báo đang mở' : `${written} cảnh báo đang mở`,
    alert: (severity: string, title: string) => `${severity}: ${title}`,
    share: (name: string, share: string, count: string, places: string) =>
      `${name}: ${share} (${count} trên ${places})`,
    toTarget: (points: string, target: string) => `${points} điểm phần trăm so với mục tiêu ${target}`,
  },
})
