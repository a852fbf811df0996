/** GET /v1/city: what a page or an app must know of the city before it shows anything of it. */
import { city } from '../../model/answers/city.ts'
import type { ApiDependencies, App } from '../dependencies.ts'
import { json } from '../plugins/answers.ts'

export function cityRoutes(app: App, api: ApiDependencies): void {
  app.get(
    '/v1/city',
    {
      schema: {
        operationId: 'getCity',
        summary: 'The city: its name, time zone and goal',
        tags: ['Areas'],
        response: { 200: json('The city', city) },
      },
      config: { access: 'open', publicForSeconds: 10 },
    },
    async () => {
      const { view, timeZone, goal, baseMap } = api
      const [top, ...others] = view.areas().filter(({ parent }) => parent === null)
      const simulated = view.devices({ status: 'commissioned', simulated: true, limit: 1 })
      return {
        name: top && others.length === 0 ? top.name : null,
        timeZone,
        goal: { target: goal.target, deadline: goal.deadline },
        levels: [...view.levels()],
        simulated: simulated.items.length > 0,
        baseMap,
      }
    },
  )
}
