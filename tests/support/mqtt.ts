/** Real MQTT clients for tests, with a time limit on everything. */
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt'

/** Connects, or rejects with the broker's refusal. Does not reconnect by itself unless told. */
export function connect(url: string, options: IClientOptions = {}): Promise<MqttClient> {
  return mqtt.connectAsync(
    url,
    { reconnectPeriod: 0, connectTimeout: 5000, protocolVersion: 4, ...options },
    false,
  )
}

/** The next messages of a client, as text by topic, once there are `count` of them. */
export function messagesOf(client: MqttClient): { topic: string; text: string; retain: boolean }[] {
  const seen: { topic: string; text: string; retain: boolean }[] = []
  client.on('message', (topic, payload, packet) => {
    seen.push({ topic, text: payload.toString(), retain: packet.retain })
  })
  return seen
}

/** Resolves when the connection has ended. */
export function closed(client: MqttClient): Promise<void> {
  return new Promise((resolve) => {
    client.once('close', () => resolve())
  })
}
