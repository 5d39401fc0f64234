// Answers after "ms".
exports.handler = async (event) => {
  await new Promise((resolve) => setTimeout(resolve, event.ms ?? 300));
  return [{ ms: event.ms }];
};
