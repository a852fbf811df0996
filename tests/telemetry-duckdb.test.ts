/** The DuckDB driver of the telemetry port keeps the port's contract. */
import { telemetryContract } from './contracts/telemetry.ts'
import { prepareDuckDb } from './support/telemetry-files.ts'

telemetryContract('DuckDB', prepareDuckDb)
