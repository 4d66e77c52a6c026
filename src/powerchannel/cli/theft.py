"""Theft on the command line (窃电分析命令)."""

from __future__ import annotations

from powerchannel.cli import values
from powerchannel.cli.domain import Domain, Layout, TableOption
from powerchannel.cli.own_verbs import PROBLEMS, REJECTED, STRICT, FileOption, OwnVerb, ValueOption
from powerchannel.text import Text

__all__ = ["THEFT"]

_GROUPS = ("area_id", "feeder_id", "industry")

_WORKLIST = OwnVerb(
    name="worklist",
    title=Text(
        "编制检查清单：工时之内先查谁，为什么查",
        "whom to inspect within the hours of the crews, and why",
    ),
    run="powerchannel.cli.theft_worklist:worklist",
    needs="month",
    values=(
        ValueOption(
            name="crew-hours",
            title=Text("班组总工时", "hours that the crews have"),
            metavar="HOURS",
            parse=values.amount,
            is_required=True,
        ),
        ValueOption(
            name="hours-per-visit",
            title=Text("每户现场工时", "hours on site for each customer"),
            metavar="HOURS",
            parse=values.span,
            default=1.0,
        ),
        ValueOption(
            name="travel-hours",
            title=Text("到每个台区的路途工时，一次", "hours on the way to an area, once"),
            metavar="HOURS",
            parse=values.amount,
            default=0.5,
        ),
        ValueOption(
            name="price",
            title=Text("电价，元/千瓦时；不给则不折算金额", "yuan/kWh; without, nothing in yuan"),
            metavar="YUAN",
            parse=values.amount,
        ),
        ValueOption(
            name="random-share",
            title=Text("随机抽查的户数占比", "the share of visits drawn at random"),
            metavar="SHARE",
            parse=values.share,
            default=0.05,
        ),
        ValueOption(
            name="seed",
            title=Text(
                "随机种子，同一种子同一清单；不给则自选并写明",
                "the same seed, the same list; without, one is made up and told",
            ),
            metavar="N",
            parse=values.seed,
        ),
        ValueOption(
            name="by",
            title=Text("异常分布的分组", "what the distribution is grouped by"),
            choices=(*_GROUPS, "cause", "rule_id"),
            default="area_id",
        ),
        ValueOption(
            name="flag-rates-by",
            title=Text("标记率的分组", "what the flag rates are grouped by"),
            choices=_GROUPS,
            default="industry",
        ),
    ),
    outputs=(
        FileOption(
            "out",
            Text(
                "清单：.html 为打印页，.json 为两种语言的全部依据，.csv 等为表格",
                "the list: .html a page to print, .json all evidence in both languages, .csv and "
                "others a table",
            ),
            is_required=True,
            texts=(".html", ".json"),
        ),
        FileOption(
            "propensities",
            Text(
                "写出每户的抽中概率；请存档，反馈检查结果时要用",
                "write how likely each customer was to be chosen; keep it for the feedback",
            ),
        ),
        FileOption("distribution", Text("写出异常分布", "write where anomalies are")),
        FileOption(
            "flag-rates",
            Text("写出各类客户进入清单的比率", "write how often groups of customers are listed"),
        ),
        REJECTED,
        PROBLEMS,
    ),
    strict=STRICT,
)
_AUDIT = OwnVerb(
    name="audit",
    title=Text(
        "泄漏审计：标签能否从与用电无关之处看出；查出泄漏即以 1 退出",
        "whether labels leak: can they be told from what no customer did? exits 1 when they can",
    ),
    run="powerchannel.cli.theft_leakage:audit",
    needs="nothing",
    inputs=(
        FileOption(
            "measurements",
            Text(
                "每行一个样本：标签一列，其余各列为填补之前的测量值，缺失留空",
                "a row a sample: its label, and measurements before any gap was filled",
            ),
            is_required=True,
        ),
    ),
    values=(
        ValueOption(
            name="label",
            title=Text("标签列", "the column of labels"),
            metavar="COLUMN",
            default="label",
        ),
        ValueOption(
            name="positive",
            title=Text("标签列中表示窃电的值", "what stands in it for theft"),
            metavar="VALUE",
            default="1",
        ),
        ValueOption(
            name="split",
            title=Text(
                "划分列：train 与 test，或折号，每折由其余各折训练",
                "the column of the split: train and test, or folds, each tested by what the "
                "others taught",
            ),
            metavar="COLUMN",
        ),
        ValueOption(
            name="group",
            title=Text("客户列，核对划分两侧有无同户", "the customer, who must be on one side"),
            metavar="COLUMN",
        ),
        ValueOption(
            name="time",
            title=Text("日期列，核对训练是否晚于测试", "the day, earlier for training"),
            metavar="COLUMN",
        ),
        ValueOption(
            name="leave-out",
            title=Text("不是测量值的列", "a column that is no measurement"),
            metavar="COLUMN",
            is_repeatable=True,
        ),
    ),
    outputs=(FileOption("out", Text("写出每处泄漏", "write every leak")),),
)
_RECOVER = OwnVerb(
    name="recover",
    title=Text(
        "由检查结论生成电费计算所需的退补数据；没有认定编号的不追补",
        "from findings to rows for billing; nothing without the id of a finding",
    ),
    run="powerchannel.cli.theft_recovery:recover",
    needs="nothing",
    inputs=(
        FileOption(
            "findings",
            Text(
                "检查结论：户号、结论、结论编号、少计电量、起止日期、电价等",
                "findings: customer_id, finding, finding_id, lost_kwh, started_on, found_on, "
                "price_yuan_per_kwh and more",
            ),
            is_required=True,
        ),
    ),
    outputs=(
        FileOption("incidents", Text("写出窃电事件", "write the thefts"), is_required=True),
        FileOption("givens", Text("写出窃电电量", "write their energy"), is_required=True),
        FileOption(
            "adjustments",
            Text("写出计量差错的退补金额", "write amounts for errors of metering"),
            is_required=True,
        ),
        FileOption("withheld", Text("写出不予追补的及其理由", "write what is not billed, and why")),
        REJECTED,
        PROBLEMS,
    ),
    strict=Text(
        "有任何问题，或有查实却无法追补的，就不写任何文件，并以 1 退出",
        "write nothing and exit 1 when there is any problem, or a confirmed finding is not billed",
    ),
)

THEFT = Domain(
    name="theft",
    title=Text(
        "窃电分析：每个客户的嫌疑、依据与少计电量", "theft: suspicion, its evidence, what was lost"
    ),
    key=Text("户号", "customer number"),
    tables=(
        TableOption(name="points", title=Text("计量点", "metering points")),
        TableOption(
            name="phase_readings", title=Text("分相曲线", "phase readings"), has_many_files=True
        ),
        TableOption(name="daily", title=Text("日电量", "daily energy"), has_many_files=True),
        TableOption(name="inspections", title=Text("检查记录", "inspections")),
        TableOption(name="events", title=Text("电能表事件", "meter events"), has_many_files=True),
        TableOption(name="outages", title=Text("停电", "outages")),
        TableOption(name="areas", title=Text("台区供电量", "supply of areas")),
        TableOption(name="weather", title=Text("气温", "temperatures")),
    ),
    rulebook="dlt698-theft",
    layouts=(
        Layout(name="long", title=Text("每客户一行", "a row a customer"), attribute="table"),
        Layout(name="wide", title=Text("每客户一行，附各项分值", "with the points of each reason")),
        Layout(name="episodes", title=Text("每个异常区段一行", "a row an episode")),
    ),
    verbs=(_WORKLIST, _AUDIT, _RECOVER),
)
