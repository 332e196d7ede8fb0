import { expect, it } from "vitest"
import { twimlReplies } from "../src/Twiml.ts"

const text = (body: string) => ({ to: undefined, from: undefined, body, mediaUrls: [] })

it.each([
  ["text/xml", "<Response></Response>", []],
  ["text/xml", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response/>", []],
  ["", "", []],
  ["application/json", "", []],
  ["text/xml; charset=utf-8", "<Response><Message>Fish &amp; chips &#233;</Message></Response>", [text("Fish & chips é")]],
  ["application/xml", "<Response><Message>one</Message><Message>two</Message></Response>", [text("one"), text("two")]],
  ["text/xml", "<Response><Message to=\"+14155550101\" from='+15005550006'><Body>hi</Body><Media>https://example.com/a.png</Media></Message></Response>", [{ to: "+14155550101", from: "+15005550006", body: "hi", mediaUrls: ["https://example.com/a.png"] }]],
  ["text/xml", "<Response><!-- <Message>no</Message> --><Message><![CDATA[1 < 2]]></Message></Response>", [text("1 < 2")]],
  ["text/plain", "hello", [text("hello")]],
  ["text/html", "<html></html>", 12100],
  ["text/xml", "<Response><Message>", 12100],
  ["application/json", "{\"ok\":true}", 12300]
] as const)("the answer %s %s means what Twilio reads in it", (contentType, body, expected) => {
  expect(twimlReplies(contentType, body)).toEqual(expected)
})
