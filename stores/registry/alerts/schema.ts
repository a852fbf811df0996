/**
 * The tables of rules, alerts, subscriptions and deliveries as Kysely sees them, in the manner of ../schema.ts:
 * epoch ms, flags, JSON text. Part of the registry's schema.
 */
import type { Alert, AlertStep } from '../../../model/alert.ts'
import type { DeliveryState } from '../alerts-port.ts'
import type { Flag } from '../schema.ts'

export interface AlertTable {
  id: number
  rule: string
  title: string
  action: string
  severity: Alert['severity']
  rule_severity: Alert['severity']
  state: Alert['state']
  subject_type: Alert['subjectType']
  subject: string
  kind: Alert['kind']
  place: string | null
  place_type: string | null
  /** JSON list; `alert_area` has the same for asking by area. */
  areas: string
  longitude: number | null
  latitude: number | null
  since: number
  opened_at: number
  acknowledged_at: number | null
  acknowledged_by: string | null
  /** null exactly while it is open or acknowledged. */
  cleared_at: number | null
  cleared_by: string | null
  assigned_to: string | null
  shelved_until: number | null
  inhibited_by: number | null
  chattering: Flag
  escalate_at: number | null
  public: Flag
  /** JSON. */
  evidence: string
  /** JSON list: the ids of the subscriptions that were told of it. */
  told: string
  steps: number
  changed_at: number
}

export interface DeliveryTable {
  id: number
  subscription: string
  alert: number | null
  step: number | null
  created_at: number
  due_at: number
  attempts: number
  state: DeliveryState
  last_error: string | null
  /** null exactly while it is queued. */
  ended_at: number | null
  /** 1: the first in the queue of its alert and subscription, so the only one of them that may be sent. */
  head: Flag
}

export interface AlertSchema {
  rule: {
    id: string
    /** JSON. */
    body: string
    version: number
    changed_at: number
    changed_by: string
  }
  alert: AlertTable
  alert_area: { area: string; alert: number }
  alert_step: {
    id: number
    alert: number
    step: AlertStep['step']
    at: number
    by: string
    comment: string | null
    severity: Alert['severity']
    state: Alert['state']
  }
  alert_memory: { key: string; memory: string }
  subscription: {
    id: string
    /** JSON. */
    body: string
    /** Signs its webhooks, so it is kept readable. */
    secret: string
    created_by: string
    created_at: number
  }
  delivery: DeliveryTable
  audit: { id: number; at: number; by: string; what: string; target: string; detail: string }
}
