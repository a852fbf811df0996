/**
 * Tells a client's fault against MQTT (a malformed packet, an empty topic, another version of the protocol) from
 * all the other reasons for which Aedes ends a connection. broker.ts notes the former among the rejections.
 */

/** What is said when a line was quiet, slow or gone. */
const lineFaults =
  /^(keep alive timeout|connect did not arrive in time|drain timeout|connection closed|WebSocket is not open)/

export function isProtocolFault(error: Error): boolean {
  // Errors of the system and of ours have a code, refused sign-ins a return code; they are told elsewhere.
  return !('code' in error) && !('returnCode' in error) && !lineFaults.test(error.message)
}
