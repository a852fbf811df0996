/** For citizens and journalists, without a key: the public figures, the method in plain words, and the data to download. */
import '../styles/data.css'
import { coverage } from '../../../../model/coverage.ts'
import { Panel, Shown } from '../parts/panel.tsx'
import { Shares } from '../parts/shares.tsx'
import { useLocale, useStore } from '../parts/store.tsx'
import { useAnswer } from '../parts/use-answer.ts'
import { useTitle } from '../parts/use-title.ts'

const everyMs = 5000

export function DataPage() {
  const { city, connection } = useStore()
  const { t, f } = useLocale()
  const words = t.coverage.data
  const answer = useAnswer('/v1/coverage', coverage, { everyMs })
  const goal = city.city.value?.goal
  useTitle(words.title)
  const files = [
    { link: '/v1/open-data/places.csv', text: words.placesCsv },
    { link: '/v1/open-data/places.geojson', text: words.placesGeojson },
    { link: '/v1/open-data/coverage.csv', text: words.coverageCsv },
    { link: '/v1/open-data/areas.geojson', text: words.areasGeojson },
  ]
  return (
    <div class="data">
      <div class="data__head">
        <h1>{words.title}</h1>
        <p class="soft">{words.intro}</p>
        {city.city.value?.simulated && <p class="soft">{words.simulated}</p>}
      </div>
      <Panel
        title={words.figures}
        aside={answer.value && t.coverage.asOf(f.moment(Date.parse(answer.value.asOf)))}
      >
        <Shown answer={answer}>
          {({ total, goal }) => <Shares total={total} goal={goal} now={connection.now.value} />}
        </Shown>
      </Panel>
      <Panel title={words.downloads}>
        <ul class="data__list">
          {files.map(({ link, text }) => (
            <li key={link}>
              <a href={link} download>
                {text}
              </a>
            </li>
          ))}
        </ul>
        <p class="soft small">{words.licence}</p>
      </Panel>
      <Panel title={words.method}>
        <div class="data__method">
          <p>{words.method1}</p>
          <p>{words.method2}</p>
          <p>{words.method3}</p>
          <p>{words.method4}</p>
          {goal && <p>{words.method5(f.share(goal.target), f.day(Date.parse(goal.deadline)))}</p>}
          <p>{words.method6}</p>
        </div>
      </Panel>
      <Panel title={words.api}>
        <p>
          {words.apiHelp} <a href="/docs">/docs</a>
        </p>
        <ul class="data__list">
          <li>
            <a href="/v1/coverage">/v1/coverage</a>
          </li>
          <li>
            <a href="/v1/cap">/v1/cap</a> <span class="soft">{words.feed}</span>
          </li>
        </ul>
      </Panel>
    </div>
  )
}
