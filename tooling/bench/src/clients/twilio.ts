import twilio from "twilio"

export const client = twilio("ACdeadbeefdeadbeefdeadbeefdeadbeef", "token")
