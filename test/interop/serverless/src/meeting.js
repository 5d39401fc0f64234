// Answers once "size" invocations are under way at the same time.
const present = [];

exports.handler = async (event) => {
  await new Promise((leave) => {
    present.push(leave);
    if (present.length === event.size) present.splice(0).forEach((f) => f());
  });
  return [{ member: event.member }];
};
