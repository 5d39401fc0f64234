// Invokes functions with AWS's SDK for JavaScript, for clients.py: reads a list
// of [request, key] from standard input, prints the list of answers.
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { text } from "node:stream/consumers";

async function invoke(request, key) {
  const client = new LambdaClient({
    region: "eu-west-1",
    endpoint: process.env.LAMBDA_FDW_ENDPOINT,
    credentials: {
      accessKeyId: key.id,
      secretAccessKey: key.secret,
      sessionToken: key.token,
    },
  });
  try {
    const told = await client.send(new InvokeCommand(request));
    return { ...told, Payload: told.Payload?.transformToString() ?? "" };
  } catch (error) {
    const status = error.$metadata?.httpStatusCode;
    if (status === undefined) throw error;
    return { error: [error.name, status] };
  } finally {
    client.destroy();
  }
}

const answers = [];
for (const [request, key] of JSON.parse(await text(process.stdin))) {
  answers.push(await invoke(request, key));
}
console.log(JSON.stringify(answers));
