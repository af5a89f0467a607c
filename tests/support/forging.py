"""Code for a notebook that forges the sandbox's messages to the judge."""

__all__ = ["FORGING"]

FORGING = """import gc, os, msgspec, autograder.protocol.server as inside, autograder.protocol.messages as wire
asked = next(one for one in gc.get_objects() if type(one).__name__ == '_RequestHandler')
def send(message): asked.channel.send(message if type(message) is bytes else msgspec.msgpack.encode(message))
def packed(tree, numbers=b''): return {'tree': tree, 'numbers': numbers}
def run(tree, numbers=b'', **more):
    return {'outcome': packed(tree, numbers), 'changed': [], 'shared': [], 'kinds': [], 'failure': None, 'printed': '', 'warned': [], 'moved': [], 'unfinished': packed({'list': []})} | more
numbers = []
def answer(message, real=inside._RequestHandler.reply):
    numbers.append(message.number)
    if type(message) is wire.Call and message.exercise in ('sigmoid', 'linear_activation_forward') and 'lie' in globals():
        reply = lie(message)
        if reply is not None: return reply
    return real(asked, message)
asked.reply = answer
real_write = wire.write
wire.write = lambda message: message if type(message) is bytes else msgspec.msgpack.encode(message) if type(message) is dict else real_write(message)
def came(message, one): return {'type': 'CallReply', 'number': message.number, 'runs': [one] * len(message.cases)}
def borrow(name, *arguments, **named): return asked._remote_reference(name, numbers[-1])(*arguments, **named)
"""  # noqa: E501 - student code, a statement a line
