"""Lies to the judge, on the line that it shares with the sandbox."""

from tests.attacks.attack import Attack

TYPED = "messages are typed, bounded and numbered"
VALUES = "values are unpacked strictly, and never larger than they came"
BORROWS = {"sigmoid": "def sigmoid(Z):\n    return Z"}
WHERE = (
    "def linear_activation_forward(A_prev, W, b, activation):\n    sigmoid(Z := W @ A_prev + b)\n"
)


def lie(name, tries, body, stops=TYPED, without="trusting", gains="harm", **more):
    return Attack(
        name, tries, stops, without, gains, code=f"LIES\ndef lie(message):\n    {body}", **more
    )


ATTACKS = [
    lie("garbage", "sends bytes that are no message", "return b'\\xc1garbage'"),
    lie("unknown_message", "sends a verdict of its own", "return {'type': 'Verdict', 'number': message.number, 'points': 10}"),
    lie("wrong_fields", "sends text where a list is due", "return {'type': 'CallReply', 'number': message.number, 'runs': 'all right'}"),
    lie("too_few", "answers for fewer cases than were asked", "return {'type': 'CallReply', 'number': message.number, 'runs': []}"),
    lie("another_answer", "answers another question than was asked", "return {'type': 'CellRan', 'number': message.number, 'printed': '', 'raised': ''}"),
    lie("repeated", "answers an earlier question once more", "return {'type': 'CallReply', 'number': 1, 'runs': [run({'returned': None})]}"),
    lie("reordered", "answers questions that are still to come", "send(came(message, run({'returned': None})) | {'number': message.number + 1})"),
    lie("claims_size", "announces four gigabytes", "os.write(asked.channel._socket.fileno(), b'\\xff' * 8); return b''",
        "a message has a size", "any_message_size"),
    lie("never_finished", "begins a message and never ends it", "os.write(asked.channel._socket.fileno(), b'\\0\\0\\1\\0'); import time; time.sleep(60)",
        "the judge waits so long, and no longer", "no_deadline"),
    lie("closed", "closes the line, and waits", "asked.channel._socket.close(); import time; time.sleep(60)",
        "the judge waits so long, and no longer", "no_deadline"),
    lie("tree_bomb", "sends five million empty lists, each one byte here and sixty in memory",
        "return came(message, run(msgspec.Raw(b'\\xdd' + (5_000_000).to_bytes(4, 'big') + b'\\x80' * 5_000_000)))", "a value has a size before it is made", "any_tree"),
    lie("deep_tree", "sends a value nested ten thousand deep",
        "return came(message, run(msgspec.Raw(b'\\x81\\xa4list\\x91' * 10_000 + b'\\xc0')))", VALUES),
    lie("negative_size", "sends an array of a negative size", "return came(message, run({'returned': {'array': ['<f8', [-1], 0]}}, bytes(80)))", VALUES, "any_array"),
    lie("shared_bytes", "sends one run of bytes that a thousand arrays are made of",
        "return came(message, run({'returned': {'list': [{'array': ['<f8', [10_000], 0]}] * 1000}}, bytes(80_000)))", VALUES, "any_array"),
    lie("object_array", "sends an array of objects, whose bytes would be addresses", "return came(message, run({'returned': {'array': ['|V8', [1], 0]}}, bytes(8)))", VALUES, "any_array"),
    lie("strange_shape", "sends a thing that says it is an array and has no shape", "return came(message, run({'returned': {'strange': ['an array', None, '', None]}}))",
        "what makes the judge stumble costs its own exercise alone", "stumbles"),
    lie("endless_text", "sends an explanation of five million letters",
        "return came(message, run({'raised': ['E', '', []]}, failure={'sentence': 'x' * 5_000_000, 'advice': '', 'source': '', 'boxes': [], 'blank': ''}))",
        TYPED, "any_text"),
    Attack("borrows_without_end", "calls the reference without end", "an exercise may call the reference so often", "any_number_of_reference_calls", "harm",
           code="LIES", answers=BORROWS | {"linear_activation_forward": WHERE + "    for _ in range(5100 * ('server.py' in sigmoid.__code__.co_filename and 'met' not in globals())): sigmoid(Z)\n    if 'server.py' in sigmoid.__code__.co_filename: globals()['met'] = 1\n    raise ValueError('CAN' + 'ARY')"}),
    Attack("borrows_too_much", "has the reference called on what takes more memory than there is", "calls of the reference have limits of their own", "any_memory", "harm",
           code="LIES", answers={"sigmoid": BORROWS["sigmoid"], "linear_forward": "def linear_forward(A_prev, W, b):\n    return None",
           "linear_activation_forward": "def linear_activation_forward(A_prev, W, b, activation):\n    sigmoid(b)\n    try:\n        linear_forward(np.ones((1, 11_700)), np.ones((11_700, 1)), 0.0)\n    except ValueError as error:\n        raise ValueError('refused: ' + str(error))\n    raise ValueError('CAN' + 'ARY')"}),
    Attack("borrows_nonsense", "has the reference called with arguments that are none", "calls of the reference have limits of their own", "fragile_reference_process", "harm",
           code="LIES\ndef nonsense():\n    asked.channel.send(wire.write(wire.ReferenceCall(numbers[-1], 'sigmoid', wire.pack([1, 2, 3, 4]))))\n    asked.channel.receive()",
           answers=BORROWS | {"linear_activation_forward": WHERE + "    if 'server.py' in sigmoid.__code__.co_filename: nonsense()\n    raise ValueError"}),
]  # fmt: skip
