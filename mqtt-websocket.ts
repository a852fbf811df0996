/** MQTT over WebSocket on the HTTP server's port, for browsers and for networks that let only HTTP through. */
import type { Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { createWebSocketStream, WebSocketServer } from 'ws'

export function attachMqttOverWebSocket(options: {
  server: Server
  path: string
  maxPayloadBytes: number
  accept(connection: Duplex): void
}): { stop(): void } {
  const { server, path, maxPayloadBytes, accept } = options
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: maxPayloadBytes,
    perMessageDeflate: false,
    // MQTT 3.1.1 section 6: the sub-protocol is "mqtt".
    handleProtocols: (offered) => (offered.has('mqtt') ? 'mqtt' : false),
  })
  server.on('upgrade', (request, socket, head) => {
    if (request.url?.split('?')[0] !== path) {
      // Node has taken its own listener off: without one, a caller that hangs up would end the process.
      socket.on('error', () => undefined)
      socket.once('finish', () => socket.destroy())
      socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
      return
    }
    sockets.handleUpgrade(request, socket, head, (webSocket) => accept(createWebSocketStream(webSocket)))
  })
  return {
    stop() {
      for (const webSocket of sockets.clients) webSocket.terminate()
      sockets.close()
    },
  }
}
