//! Parts of made-up contacts: Chinese and European names, places and trades.

pub const SURNAMES: &[&str] =
    &["张", "王", "李", "赵", "单", "曾", "Müller ", "Smith ", "García ", "Novak "];
pub const GIVEN: &[&str] =
    &["三明", "芳", "伟", "秀英", "Anna", "Pedro", "小龙", "Maria", "建国", "Igor"];
pub const PLACES: &[&str] = &["上海", "北京", "广州", "Hamburg", "Lyon", "Leeds", "深圳", "Graz"];
pub const TRADES: &[&str] =
    &["电子有限公司", "贸易公司", "Maschinenbau GmbH", "Consulting", "Foods SARL"];
