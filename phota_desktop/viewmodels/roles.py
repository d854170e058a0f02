"""The item roles of Qt's models, as numbers.

To name one through Qt's own namespace makes all of its 120 enums: 14 ms before the first paint.
"""

DISPLAY_ROLE = 0
TOOL_TIP_ROLE = 3
CHECK_STATE_ROLE = 10
ACCESSIBLE_TEXT_ROLE = 11
USER_ROLE = 256
