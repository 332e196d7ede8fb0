import OpenAI from "openai"

export const client = new OpenAI({ apiKey: "sk-test" })
