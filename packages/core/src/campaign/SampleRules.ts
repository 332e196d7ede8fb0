/** The brand, the description and the samples: their lengths, names, opt-outs and repetitions. */
import { tellsStop } from "./Disclosures.ts"
import { all, at, excerpt, namesBrand, part, type Rule, type Spot, type Text, told, whole } from "./Rule.ts"
import { type Hit, hits, phrases, type Word } from "./Words.ts"

/** Characters and counts. Source: the campaign registration API. */
const limits = { description: [40, 4096], flow: [40, 2048], sample: [20, 1024], samples: [2, 5] } as const

const length = (what: string, { text, ...place }: Text, [from, to]: readonly [number, number]): ReadonlyArray<Spot> =>
  text.length < from || text.length > to
    ? [{ place: { field: place.field, sample: place.sample, quote: excerpt(text, 0, 0) }, detail: `${what} has ${text.length} characters; ${from} to ${to} are taken.` }]
    : []

const lengths: Rule = {
  id: "campaign/length",
  severity: "blocker",
  source: "lengths",
  find: ({ description, flow, samples }) => [
    ...length("The description", description, limits.description),
    ...length("The message flow", flow, limits.flow),
    ...samples.flatMap((sample) => length("The sample", sample, limits.sample))
  ],
  suggest: () => "Bring it within the limits: a text that is too short lacks what reviewers look for, and one that is too long is refused unread."
}

const count: Rule = {
  id: "samples/count",
  severity: "blocker",
  source: "sample",
  find: ({ samples }) =>
    samples.length < limits.samples[0] || samples.length > limits.samples[1]
      ? [{ place: whole("message_samples"), detail: `There are ${samples.length} samples; ${limits.samples[0]} to ${limits.samples[1]} are taken.` }]
      : [],
  suggest: () => "Give two to five samples, one for each kind of text that will be sent."
}

const noBrand: Rule = {
  id: "brand/missing",
  severity: "blocker",
  source: "brand",
  find: ({ brand }) => brand.length === 0 ? [{ place: whole("brand_name"), detail: "The brand has no name." }] : [],
  suggest: () => "Give the brand's name as it is registered."
}

const described: Rule = {
  id: "description/brand",
  severity: "warning",
  source: "description",
  find: (reading) => reading.brand.length === 0 || namesBrand(reading, reading.description) ? [] : [{ place: all(reading.description), detail: "It does not name the brand." }],
  suggest: ({ name }) => `Begin with who sends: "${name} sends … to … who …"`
}

/** Fewer words than these cannot say who, to whom and why. Parley's own choice. */
const fewWords = 12

const vague: Rule = {
  id: "description/vague",
  severity: "warning",
  source: "description",
  find: ({ description }) => {
    const [stock] = hits(stockPhrases, description, 1)
    if (stock !== undefined && description.words.length < 3 * fewWords) return [{ place: at(description, stock), detail: "It would fit any campaign." }]
    return description.words.length < fewWords ? [{ place: all(description), detail: `It has ${description.words.length} words, too few to say who sends, who receives and why.` }] : []
  },
  suggest: ({ name }) => `Say all three: "${name} sends appointment reminders to patients who asked for them when they booked."`
}

const stockPhrases = phrases("send messages to our customers", "send texts to our customers", "sms campaign", "text messages for business purposes", "communicate with customers", "messages to users", "various purposes", "general messaging", "business communication")

const unnamed: Rule = {
  id: "samples/brand",
  severity: "blocker",
  source: "sample",
  find: (reading) =>
    reading.brand.length === 0 || reading.samples.length === 0 || reading.samples.some((sample) => namesBrand(reading, sample))
      ? []
      : [{ place: whole("message_samples"), detail: `No sample names ${reading.name}.` }],
  suggest: ({ name }) => `Begin each sample with the name: "${name}: …"`
}

const someUnnamed: Rule = {
  id: "samples/brand-in-each",
  severity: "advice",
  source: "sample",
  find: (reading) => {
    const without = reading.samples.filter((sample) => !namesBrand(reading, sample))
    return reading.brand.length === 0 || without.length === reading.samples.length ? [] : without.slice(0, 5).map((sample) => ({ place: all(sample), detail: "It does not name the brand." }))
  },
  suggest: ({ name }) => `Begin each sample with the name: "${name}: …"`
}

const noStop: Rule = {
  id: "samples/stop",
  severity: "blocker",
  source: "sample",
  find: ({ samples }) =>
    samples.length === 0 || samples.some((text) => tellsStop(text)) ? [] : [{ place: whole("message_samples"), detail: "No sample tells how to opt out." }],
  suggest: () => "End at least the first text with \"Reply STOP to opt out.\""
}

const setOf = (words: ReadonlyArray<Word>): ReadonlySet<string> => new Set(words.map(({ lower }) => /\d/u.test(lower) ? "#" : lower))

/** How alike two texts are, 0 to 1: shared words over all words (Jaccard), whatever their order, numbers taken as one. Two texts without words are alike. */
const likeness = (one: ReadonlyArray<Word>, other: ReadonlyArray<Word>): number => {
  const left = setOf(one)
  const right = setOf(other)
  const shared = [...left].filter((word) => right.has(word)).length
  const union = left.size + right.size - shared
  return union === 0 ? 1 : shared / union
}

/** From here on two samples are one. Parley's own choice: a changed name or date stays above it, another purpose falls below. */
const twins = 0.75

/** More samples than are taken are not compared: each is compared with each. */
const compared = 8

const repeated: Rule = {
  id: "samples/repeated",
  severity: "warning",
  source: "sample",
  find: ({ samples }) =>
    samples.slice(0, compared).flatMap((sample, index): ReadonlyArray<Spot> => {
      const twin = samples.slice(0, index).find((earlier) => likeness(earlier.words, sample.words) >= twins)
      if (twin === undefined) return []
      const isSame = twin.text.trim() === sample.text.trim()
      return [{
        place: { ...all(sample), quote: excerpt(sample.text, 0, 40) },
        detail: `It says ${isSame ? "exactly" : "nearly"} the same as sample ${twin.sample}.`,
        ...(isSame ? { severity: "blocker" as const } : {})
      }]
    }),
  suggest: () => "Show another kind of text that the campaign sends: a confirmation, a reminder, a reply."
}

const leftovers = phrases(
  "lorem ipsum", "dolor sit amet", "insert text", "insert message here", "insert here", "your text here", "your message here", "sample message", "sample text", "example message", "test message", "this is a test", "asdf", "foo bar", "placeholder", "xxxx",
  "your company", "your company name", "company name", "your business name", "business name", "your brand", "brand name", "website url", "insert link", "your link here"
)

/** Only in capitals: "todo" is a Spanish word. */
const marks = new Set(["TODO", "TBD", "TBA", "FIXME", "XXX"])

/** In a description these words have an ordinary sense: "visit your website". */
const ordinary = new Set(["description", "message_flow"])
const certain = phrases("lorem ipsum", "dolor sit amet", "insert text", "insert here", "insert message here", "your text here", "asdf", "foo bar", "your company name", "insert link", "your link here", "website url")

const markedAt = ({ words }: Text): ReadonlyArray<Hit> => words.flatMap(({ raw }, index) => marks.has(raw) ? [{ from: index, to: index + 1 }] : []).slice(0, 5)

const placeholders: Rule = {
  id: "texts/placeholder",
  severity: "blocker",
  source: "sample",
  find: (reading) =>
    told(reading).flatMap((text) =>
      [...hits(ordinary.has(text.field) ? certain : leftovers, text, 5), ...markedAt(text)].map((hit) => ({ place: at(text, hit), detail: "It is a placeholder that nobody has filled in." }))
    ),
  suggest: ({ name }) => `Write the text as it will be sent, with ${name} and real links in it. Only what differs for each recipient stays a field in brackets, like [first name].`
}

/** Fields of template languages: `{{1}}`, `${name}`, `%NAME%`, `<name>`. Each is bounded. */
const fields = /\{\{[^{}\n]{0,40}\}\}|\$\{[^{}\n]{1,40}\}|%[A-Z_]{2,40}%|<[a-z_]{2,40}>/u

const templates: Rule = {
  id: "samples/template",
  severity: "advice",
  source: "sample",
  find: ({ samples }) =>
    samples.flatMap((sample) => {
      const match = fields.exec(sample.text)
      return match === null ? [] : [{ place: part(sample, match.index, match.index + match[0].length), detail: "Reviewers expect template fields in brackets." }]
    }),
  suggest: () => "Write [first name] for a field, or an example of its value."
}

export const sampleRules: ReadonlyArray<Rule> = [lengths, count, noBrand, described, vague, unnamed, someUnnamed, noStop, repeated, placeholders, templates]
