// Answers with what it was given.
exports.handler = async (event, context) => ({
  event,
  client_context: context.clientContext ?? null,
  version: context.functionVersion,
});
