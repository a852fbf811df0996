/** Surveillance cameras. They report their own health, never pictures. */
import { count, defineKind, type Fault, flag, optional, quantity, share } from '../kind.ts'

export const camera = defineKind({
  name: 'camera',
  title: 'Camera',
  description: 'The health of a surveillance camera and its recording. Never pictures.',
  shape: {
    recording: flag('Whether the picture is being recorded'),
    videoLoss: flag('Whether the video signal is lost'),
    tampered: flag('Whether the camera was covered, turned or defocused'),
    frozen: flag('Whether the picture stands still; the frame rate alone cannot tell'),
    fps: quantity('1/s', 'Frame rate', { max: 1000 }),
    bitrateKbps: quantity('kbit/s', 'Bit rate of the video', { max: 1e6 }),
    storageUsedShare: share('Share of its recording storage that is used, 0–1'),
    peopleCount: optional(count('People in the picture')),
  },
  defaultIntervalSeconds: 60,
  faultsOf(values) {
    const found: Fault[] = []
    if (values.recording === false) found.push('not-recording')
    if (values.videoLoss === true) found.push('video-loss')
    if (values.tampered === true) found.push('tampered')
    if (values.frozen === true) found.push('frozen')
    return found
  },
})
