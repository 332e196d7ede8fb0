import { Stripe } from "stripe"

export const client = new Stripe("sk_test")
