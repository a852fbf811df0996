/**
 * The default rules in both languages. Lantern's alerts speak the language of their rule, which is English for these; where
 * an alert still says exactly that, it is shown in Vietnamese to those who read it. A test compares the English with the rules.
 */

export interface RuleWords {
  /** What it watches, in a few words. */
  readonly name: string
  readonly title: string
  readonly action: string
}

export const alertRules: Readonly<Record<string, { readonly en: RuleWords; readonly vi: RuleWords }>> = {
  'camera-silent': {
    en: {
      name: 'camera silent',
      title: '{subject} at {place}, {area}, has been silent for {value} {unit}',
      action:
        'Look whether its neighbours are silent too: then it is power or the network, so call the utility. Else restart it from afar, and send a technician when it stays away.',
    },
    vi: {
      name: 'camera mất liên lạc',
      title: '{subject} tại {place}, {area} đã mất liên lạc {value} {unit}',
      action:
        'Xem các camera lân cận có mất liên lạc không: nếu có thì do nguồn điện hoặc mạng, hãy gọi đơn vị cung cấp. Nếu không, khởi động lại camera từ xa; vẫn không có tín hiệu thì cử kỹ thuật viên.',
    },
  },
  'camera-video-loss': {
    en: {
      name: 'camera without video',
      title: '{subject} at {place}, {area}: the video signal is lost',
      action:
        'Look at the newest picture and at the cameras beside it. A cut cable is a matter for the police; else send a technician to the cable and the supply.',
    },
    vi: {
      name: 'camera mất hình',
      title: '{subject} tại {place}, {area}: mất tín hiệu hình',
      action:
        'Xem hình mới nhất và các camera bên cạnh. Cáp bị cắt là việc của công an; nếu không, cử kỹ thuật viên kiểm tra cáp và nguồn.',
    },
  },
  'camera-tampered': {
    en: {
      name: 'camera tampered with',
      title: '{subject} at {place}, {area}, was covered, turned or defocused',
      action:
        'Look at its last clear picture and at the cameras beside it, tell the nearest patrol, and have it set right.',
    },
    vi: {
      name: 'camera bị can thiệp',
      title: '{subject} tại {place}, {area} bị che, xoay hoặc làm mờ',
      action:
        'Xem hình rõ cuối cùng và các camera bên cạnh, báo tổ tuần tra gần nhất và cho chỉnh lại camera.',
    },
  },
  'camera-frozen': {
    en: {
      name: 'camera picture frozen',
      title: 'The picture of {subject} at {place}, {area}, stands still',
      action:
        'Restart the camera from afar; if it stands still again within the day, change its firmware or the camera.',
    },
    vi: {
      name: 'camera đứng hình',
      title: 'Hình của {subject} tại {place}, {area} đứng yên',
      action: 'Khởi động lại camera từ xa; nếu trong ngày lại đứng hình, cập nhật phần mềm hoặc thay camera.',
    },
  },
  'camera-not-recording': {
    en: {
      name: 'camera not recording',
      title: '{subject} at {place}, {area}, is not recording',
      action:
        'Look at the recorder: its disk, its licence and its schedule. Until it records, what happens there is not kept.',
    },
    vi: {
      name: 'camera không ghi hình',
      title: '{subject} tại {place}, {area} không ghi hình',
      action:
        'Kiểm tra đầu ghi: ổ đĩa, giấy phép và lịch ghi. Chừng nào chưa ghi lại được, những gì xảy ra ở đó không được lưu.',
    },
  },
  'camera-storage-full': {
    en: {
      name: 'recording storage nearly full',
      title: 'The recording storage of {subject} at {place} is {value} {unit} full',
      action:
        'Shorten the retention of this recorder or add a disk, before old recordings are written over too early.',
    },
    vi: {
      name: 'bộ nhớ ghi hình gần đầy',
      title: 'Bộ nhớ ghi hình của {subject} tại {place} đã đầy {value} {unit}',
      action:
        'Rút ngắn thời gian lưu của đầu ghi này hoặc thêm ổ đĩa, trước khi bản ghi cũ bị ghi đè quá sớm.',
    },
  },
  'coverage-below-target': {
    en: {
      name: 'installed coverage below the target',
      title: '{area}: {value} {unit} of the public places have a camera, the target is {threshold} %',
      action: 'See in the coverage list which places have none, and plan the next installations there.',
    },
    vi: {
      name: 'độ phủ lắp đặt dưới mục tiêu',
      title: '{area}: {value} {unit} nơi công cộng có camera, mục tiêu là {threshold} %',
      action: 'Xem trong danh sách độ phủ những nơi chưa có camera và lập kế hoạch lắp đặt tiếp theo ở đó.',
    },
  },
  'coverage-falling': {
    en: {
      name: 'working coverage falling',
      title:
        '{area}: working coverage has fallen to {value} {unit}, by {threshold} points or more within 15 minutes',
      action:
        'Look at the silent cameras of the area on the map: many in one street are the power or a switch, many of one make are its cloud. Tell the police which places are dark.',
    },
    vi: {
      name: 'độ phủ hoạt động giảm',
      title:
        '{area}: độ phủ hoạt động giảm còn {value} {unit}, giảm từ {threshold} điểm trở lên trong 15 phút',
      action:
        'Xem các camera mất liên lạc của khu vực trên bản đồ: nhiều chiếc trên một đường là do điện hoặc bộ chuyển mạch, nhiều chiếc cùng hãng là do máy chủ của hãng. Báo công an những nơi không còn quan sát được.',
    },
  },
  'traffic-congested': {
    en: {
      name: 'congestion',
      title: 'Traffic is congested at {place}, {area}',
      action:
        'Look at the cameras of the crossing and lengthen the green of the blocked approach; note it for the signal plan.',
    },
    vi: {
      name: 'ùn tắc',
      title: 'Giao thông ùn tắc tại {place}, {area}',
      action:
        'Xem các camera ở nút giao và kéo dài đèn xanh cho hướng bị kẹt; ghi lại để điều chỉnh chu kỳ đèn.',
    },
  },
  'traffic-jam': {
    en: {
      name: 'traffic jam',
      title: 'Traffic stands at {place}, {area}: the lane is occupied {value} {unit} of the time',
      action:
        'Look at the cameras for an accident or a breakdown, send traffic police, and show the detour on the signs around it.',
    },
    vi: {
      name: 'kẹt xe',
      title: 'Xe đứng yên tại {place}, {area}: làn bị chiếm {value} {unit} thời gian',
      action:
        'Xem camera tìm tai nạn hoặc xe hỏng, cử cảnh sát giao thông và báo đường vòng trên các bảng xung quanh.',
    },
  },
  'traffic-unusual-flow': {
    en: {
      name: 'unusual traffic',
      title: '{value} vehicles at {place}, {area}, which is far from usual at this hour',
      action: 'Look at the cameras: an event, a closed road nearby, or a counter that counts wrong.',
    },
    vi: {
      name: 'lưu lượng bất thường',
      title: '{value} xe tại {place}, {area}, khác xa mức thường thấy vào giờ này',
      action: 'Xem camera: có sự kiện, đường gần đó bị đóng, hoặc máy đếm đếm sai.',
    },
  },
  'counter-silent': {
    en: {
      name: 'traffic counter silent',
      title: 'Traffic counter {subject} at {place}, {area}, has been silent for {value} {unit}',
      action:
        'Restart it from afar; if it stays silent for an hour, send a technician to its supply and its modem.',
    },
    vi: {
      name: 'máy đếm xe mất liên lạc',
      title: '{subject} tại {place}, {area} đã mất liên lạc {value} {unit}',
      action:
        'Khởi động lại từ xa; nếu một giờ vẫn không có tín hiệu, cử kỹ thuật viên kiểm tra nguồn và modem.',
    },
  },
  'street-flooded': {
    en: {
      name: 'water over the street',
      title: 'Water stands {value} {unit} over the street at {place}, {area}',
      action:
        'Close the street and show the detour, send pumps and the drainage crew, and look at the cameras for people and vehicles in the water. Public: do not walk or ride into the water; take another way.',
    },
    vi: {
      name: 'nước ngập mặt đường',
      title: 'Nước ngập {value} {unit} trên mặt đường tại {place}, {area}',
      action:
        'Đóng đường và báo đường vòng, cử máy bơm và đội thoát nước, xem camera có người hoặc xe trong nước không. Người dân: không lội hoặc chạy xe vào vùng ngập; hãy đi đường khác.',
    },
  },
  'water-rising': {
    en: {
      name: 'water rising fast',
      title:
        'Water rises fast at {place}, {area}: {value} {unit} now, {threshold} {unit} or more within 15 minutes',
      action:
        'Send the drainage crew to the inlets and the pumps, and have barriers ready before the street floods.',
    },
    vi: {
      name: 'nước lên nhanh',
      title:
        'Nước lên nhanh tại {place}, {area}: hiện là {value} {unit}, tăng từ {threshold} {unit} trở lên trong 15 phút',
      action: 'Cử đội thoát nước đến các cửa thu và trạm bơm, chuẩn bị rào chắn trước khi đường bị ngập.',
    },
  },
  'air-very-unhealthy': {
    en: {
      name: 'very unhealthy air',
      title: 'Fine dust of {value} {unit} at {place}, {area}: very unhealthy air',
      action:
        'Look whether the neighbouring sensors agree; then tell schools and hospitals, stop dusty works nearby and look for fires. Public: keep windows shut and leave hard work and sport outdoors for another day.',
    },
    vi: {
      name: 'không khí rất xấu',
      title: 'Bụi mịn {value} {unit} tại {place}, {area}: không khí rất xấu',
      action:
        'Xem các cảm biến lân cận có cùng kết quả không; nếu có, báo trường học và bệnh viện, dừng các công việc gây bụi gần đó và tìm đám cháy. Người dân: đóng cửa sổ, để việc nặng và thể thao ngoài trời sang ngày khác.',
    },
  },
  'noise-high': {
    en: {
      name: 'lasting noise',
      title: '{value} {unit} at {place}, {area}, for half an hour',
      action:
        'Find the source on the cameras; works or an event need a permit for such noise, so send the ward office.',
    },
    vi: {
      name: 'tiếng ồn kéo dài',
      title: '{value} {unit} tại {place}, {area}, suốt nửa giờ',
      action:
        'Tìm nguồn ồn trên camera; thi công hoặc sự kiện ồn như vậy phải có giấy phép, hãy báo ủy ban phường đến kiểm tra.',
    },
  },
  'sensor-implausible': {
    en: {
      name: 'temperature that cannot be',
      title: '{subject} at {place}, {area}, reads {value} {unit}, which cannot be',
      action:
        'Look whether its neighbours agree; if not, have it cleaned or calibrated, and do not use its values until then.',
    },
    vi: {
      name: 'nhiệt độ không thể có',
      title: '{subject} tại {place}, {area} đo được {value} {unit}, điều không thể có',
      action:
        'Xem các cảm biến lân cận có cùng kết quả không; nếu không, cho vệ sinh hoặc hiệu chuẩn, và không dùng số đo của nó cho đến khi xong.',
    },
  },
  'sensor-implausibly-cold': {
    en: {
      name: 'cold that cannot be',
      title: '{subject} at {place}, {area}, reads {value} {unit}, which cannot be',
      action:
        'Look whether its neighbours agree; if not, have it cleaned or calibrated, and do not use its values until then.',
    },
    vi: {
      name: 'độ lạnh không thể có',
      title: '{subject} tại {place}, {area} đo được {value} {unit}, điều không thể có',
      action:
        'Xem các cảm biến lân cận có cùng kết quả không; nếu không, cho vệ sinh hoặc hiệu chuẩn, và không dùng số đo của nó cho đến khi xong.',
    },
  },
  'sensor-stuck': {
    en: {
      name: 'sensor that stands still',
      title: '{subject} at {place}, {area}, has read {value} {unit} again and again for two hours',
      action:
        'Restart it from afar and look whether it moves again; else have it changed, and do not use its values since then.',
    },
    vi: {
      name: 'cảm biến đứng yên',
      title: '{subject} tại {place}, {area} cứ đo mãi {value} {unit} suốt hai giờ',
      action:
        'Khởi động lại từ xa và xem số đo có thay đổi không; nếu không, cho thay cảm biến, và không dùng số đo của nó từ lúc đó.',
    },
  },
  'sensor-jumping': {
    en: {
      name: 'temperature that jumps',
      title: '{subject} at {place}, {area}: the temperature has jumped to {value} {unit} within 5 minutes',
      action: 'Look whether it burns there; else the sensor is loose or worn: have it looked at.',
    },
    vi: {
      name: 'nhiệt độ nhảy vọt',
      title: '{subject} tại {place}, {area}: nhiệt độ nhảy lên {value} {unit} trong 5 phút',
      action: 'Xem ở đó có cháy không; nếu không thì cảm biến bị lỏng hoặc đã mòn: cho người kiểm tra.',
    },
  },
  'sensor-battery-low': {
    en: {
      name: 'sensor battery low',
      title: 'The battery of {subject} at {place}, {area}, is down to {value} {unit}',
      action:
        'Plan a visit within three days: clean the solar panel and measure the battery, and change it when it is worn.',
    },
    vi: {
      name: 'pin cảm biến yếu',
      title: 'Pin của {subject} tại {place}, {area} chỉ còn {value} {unit}',
      action: 'Lên lịch đến trong ba ngày: lau tấm pin mặt trời, đo pin và thay nếu đã chai.',
    },
  },
  'sensor-silent': {
    en: {
      name: 'street sensor silent',
      title: 'Sensor {subject} at {place}, {area}, has been silent for {value} {unit}',
      action:
        'In a flood treat its last value as still true. Else restart its gateway, and send a technician when it stays silent for an hour.',
    },
    vi: {
      name: 'cảm biến mất liên lạc',
      title: '{subject} tại {place}, {area} đã mất liên lạc {value} {unit}',
      action:
        'Khi có ngập, hãy coi giá trị cuối cùng vẫn còn đúng. Nếu không, khởi động lại cổng kết nối của nó; một giờ vẫn không có tín hiệu thì cử kỹ thuật viên.',
    },
  },
}
