/** Devices: what there is and how each is now; registering, changing and decommissioning them. */
import { z } from 'zod'
import { deviceList, deviceWithState, shownDevice } from '../../model/answers/devices.ts'
import { fault } from '../../model/coverage.ts'
import { type DevicePatch, deviceInput, devicePatch, deviceStatuses } from '../../model/device.ts'
import { LanternError } from '../../model/errors.ts'
import { identifier } from '../../model/identifier.ts'
import { kindNames } from '../../model/kinds.ts'
import type { ApiDependencies, App } from '../dependencies.ts'
import { cursorsOf } from '../lists/cursor.ts'
import { listQuery } from '../lists/list.ts'
import { json } from '../plugins/answers.ts'
import { maxDevices, registerDevices } from './register.ts'
import { showDevice, showEvidence } from './shown.ts'

const devicePath = z.object({ id: identifier })

const newDevice = deviceInput.strict().meta({ id: 'NewDevice' })
const registration = z
  .union([
    newDevice,
    z.strictObject({ devices: z.array(newDevice).min(1).max(maxDevices) }).meta({ id: 'NewDevices' }),
  ])
  .meta({ description: `One device, or up to ${maxDevices} at once: all of them or none` })

const deviceWithToken = shownDevice
  .extend({ token: z.string().meta({ description: 'Its MQTT password. Shown only now.' }) })
  .meta({ id: 'DeviceWithToken' })

export function deviceRoutes(app: App, api: ApiDependencies): void {
  const cursors = cursorsOf('devices', z.string())

  app.get(
    '/v1/devices',
    {
      schema: {
        operationId: 'listDevices',
        summary: 'The devices, by id, and how each is now',
        tags: ['Devices'],
        querystring: listQuery({
          kind: z.enum(kindNames).optional(),
          place: identifier.optional().meta({ description: 'Only at this place, by id' }),
          area: identifier.optional().meta({ description: 'Only in this area, at any depth, by code' }),
          status: z.enum(deviceStatuses).optional(),
          simulated: z
            .enum(['true', 'false'])
            .transform((text) => text === 'true')
            .optional()
            .meta({ description: 'Only those that a simulator speaks for, or only those that none does' }),
          fault: fault.optional().meta({ description: 'Only those with this fault now' }),
        }),
        response: { 200: json('Devices', deviceList) },
      },
      config: { access: 'viewer', errors: ['invalid-cursor'] },
    },
    async ({ query: { limit, cursor, ...filter } }) => {
      const page = api.view.devices({ ...filter, limit, after: cursors.read(cursor) })
      return {
        items: page.items.map(showEvidence),
        next: page.next === null ? null : cursors.write(page.next),
      }
    },
  )

  app.get(
    '/v1/devices/:id',
    {
      schema: {
        operationId: 'getDevice',
        summary: 'One device: what it last said, and what is wrong with it',
        tags: ['Devices'],
        params: devicePath,
        response: { 200: json('The device', deviceWithState) },
      },
      config: { access: 'viewer', errors: ['not-found'] },
    },
    async ({ params: { id } }) => {
      const found = api.view.deviceEvidence(id)
      if (!found) throw new LanternError('not-found', `There is no device ${id}.`)
      return showEvidence(found)
    },
  )

  app.post(
    '/v1/devices',
    {
      schema: {
        operationId: 'createDevices',
        summary: 'Register one device, or many at once',
        description: 'All or none: every fault is named. The tokens are shown only in this answer.',
        tags: ['Devices'],
        body: registration,
        response: {
          201: json(
            'The devices with their tokens, in the order in which they were sent',
            z.object({ devices: z.array(deviceWithToken) }).meta({ id: 'RegisteredDevices' }),
          ),
        },
      },
      config: { access: 'operator', errors: ['conflict', 'store-unavailable'] },
    },
    async (request, reply) => {
      const registered = await registerDevices(api, request.body)
      request.log.info({ devices: registered.length, by: request.caller?.key }, 'devices registered')
      const devices = registered.map(({ device, token }) => ({ ...showDevice(device), token }))
      return reply.code(201).send({ devices })
    },
  )

  app.patch(
    '/v1/devices/:id',
    {
      schema: {
        operationId: 'changeDevice',
        summary: 'Change a device',
        description: 'What is not named stays as it is. A decommissioned device does not change any more.',
        tags: ['Devices'],
        params: devicePath,
        body: devicePatch.strict().meta({ id: 'DeviceChange' }),
        response: { 200: json('The device as it is now', shownDevice) },
      },
      config: { access: 'operator', errors: ['not-found', 'conflict', 'store-unavailable'] },
    },
    async (request) => {
      const patch: DevicePatch = request.body
      const changed = await api.registry.changeDevice(request.params.id, patch, api.clock())
      await api.view.refresh()
      request.log.info(
        { device: changed.id, changed: Object.keys(patch), by: request.caller?.key },
        'device changed',
      )
      return showDevice(changed)
    },
  )

  app.delete(
    '/v1/devices/:id',
    {
      schema: {
        operationId: 'decommissionDevice',
        summary: 'Decommission a device',
        description:
          'It may not publish any more and counts for nothing; its readings stay. There is no way back.',
        tags: ['Devices'],
        params: devicePath,
        response: { 200: json('The device as it is now', shownDevice) },
      },
      config: { access: 'operator', errors: ['not-found', 'store-unavailable'] },
    },
    async (request) => {
      const retired = await api.registry.decommissionDevice(request.params.id, api.clock())
      await api.view.refresh()
      request.log.info({ device: retired.id, by: request.caller?.key }, 'device decommissioned')
      return showDevice(retired)
    },
  )
}
