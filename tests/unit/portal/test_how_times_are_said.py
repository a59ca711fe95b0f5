"""Times that pass are said in the largest unit that they fill."""

import pytest

from services.portal.rendering import lasting


@pytest.mark.parametrize(
    ("seconds", "chinese", "english"),
    [
        (0, "0秒", "0 s"),
        (59.9, "59秒", "59 s"),
        (60, "1分钟", "1 min"),
        (3599, "59分钟", "59 min"),
        (3600, "1小时", "1 h"),
        (86399, "23小时", "23 h"),
        (86400, "1天", "1 d"),
        (864000, "10天", "10 d"),
    ],
)
def test_a_time_is_said_in_the_largest_unit_that_it_fills(seconds, chinese, english):
    assert (lasting("zh-CN", seconds), lasting("en", seconds)) == (chinese, english)
