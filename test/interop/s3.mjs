// Asks S3 with AWS's SDK for JavaScript, for s3_clients.py: reads a list of
// {command, input, ...} from standard input, prints the list of answers.
//
//   secret   another secret key
//   fill     Body is that many bytes; streamed: it is a stream
//
// "$N.Name" in an input is Name of answer N, counted from 0.
import * as s3 from "@aws-sdk/client-s3";
import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";

const answers = [];

function resolve(value) {
  if (Array.isArray(value)) return value.map(resolve);
  if (value && typeof value === "object") {
    return Object.fromEntries(
      Object.entries(value).map(([name, part]) => [name, resolve(part)]),
    );
  }
  const match = /^\$(\d+)\.(\w+)$/.exec(value);
  return match ? answers[match[1]][match[2]] : value;
}

async function ask({ command, input, secret, fill, streamed }) {
  const client = new s3.S3Client({
    region: "eu-west-1",
    endpoint: process.env.LAMBDA_FDW_ENDPOINT,
    forcePathStyle: true,
    followRegionRedirects: true,
    maxAttempts: 1,
    credentials: {
      accessKeyId: "AKIDEXAMPLE",
      secretAccessKey: secret ?? "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
    },
  });
  const request = resolve(input);
  if (fill !== undefined) {
    const bytes = Buffer.alloc(fill, "0123456789");
    request.Body = streamed ? Readable.from([bytes]) : bytes;
    if (streamed) request.ContentLength = fill;
  }
  try {
    const told = await client.send(new s3[`${command}Command`](request));
    if (told.Body) {
      const bytes = Buffer.from(await told.Body.transformToByteArray());
      told.Body = bytes.length < 1000 ? bytes.toString() : bytes.length;
      told.sha256 = createHash("sha256").update(bytes).digest("hex");
    }
    return told;
  } catch (error) {
    const status = error.$metadata?.httpStatusCode;
    if (status === undefined) throw error;
    return { error: [error.name, status] };
  } finally {
    client.destroy();
  }
}

for (const request of JSON.parse(await text(process.stdin))) {
  answers.push(await ask(request));
}
console.log(JSON.stringify(answers));
