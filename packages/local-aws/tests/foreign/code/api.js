const { DynamoDBClient, GetItemCommand } = require('@aws-sdk/client-dynamodb');
const { SendMessageCommand, SQSClient } = require('@aws-sdk/client-sqs');
const { respond } = require('./lib/respond');

const table = new DynamoDBClient();
const queue = new SQSClient();
const { TABLE, QUEUE_URL, GREETING, ROWS, MODE, INVOICES } = process.env;

/** GET /items/{id} reads an item; POST /jobs puts the body into the queue. */
exports.handler = async ({ routeKey, pathParameters, body }) => {
  if (routeKey === 'POST /jobs') {
    await queue.send(new SendMessageCommand({ QueueUrl: QUEUE_URL, MessageBody: body }));
    return respond(202, {});
  }
  const { Item } = await table.send(new GetItemCommand({ TableName: TABLE, Key: { id: { S: pathParameters.id } } }));
  if (!Item) return respond(404, { message: `${GREETING}, there is no ${pathParameters.id}` });
  return respond(200, { id: Item.id.S, quantity: Number(Item.quantity.N), rows: ROWS, mode: MODE, invoices: INVOICES });
};
