/**
 * Marks on the charts where alerts were opened, so that a dip and its alert stand together. One column: then Grafana takes
 * it for the text (https://grafana.com/docs/grafana/latest/datasources/influxdb/template-variables/, "Annotations").
 */
import type * as dashboard from '@grafana/grafana-foundation-sdk/dashboard'
import { from, inDistricts, inRange } from './influxql.ts'
import { dataSource } from './names.ts'
import type { Target } from './query.ts'

const query = `SELECT "title" FROM ${from('alert')} WHERE "step" = 'opened' AND ${inDistricts} AND ${inRange} LIMIT 200`

export const annotations = () => [
  {
    build: (): dashboard.AnnotationQuery => {
      const target: Target & { fromAnnotations: true } = {
        ...{ refId: 'Alerts', datasource: dataSource, query, rawQuery: true, resultFormat: 'table' },
        ...{ fromAnnotations: true, _implementsDataqueryVariant: () => undefined },
      }
      return {
        ...{ name: 'Alerts opened', datasource: dataSource, enable: true, hide: false, iconColor: 'red' },
        target,
      }
    },
  },
]
