use super::*;

fn check(typed: &str) -> Result<(), PasswordRefused> {
    Password::from(typed.to_owned()).check(&["王芳", "Wang Fang", "Nordwind GmbH"])
}

#[test]
fn good_ones_pass_in_any_script() {
    for good in [
        "lampe-wolke-7-fahrrad",
        "春风又绿江南岸边几只鸭子",
        "kX9#mQ2$vL7p",
        "tonnerre bleu sous la pluie",
        "一个人在三楼吃了两碗热干面",
        "七只青蛙跳进九月的旧抽屉",
        "gatehouse ist mein lieblingstier",
        "internal affairs of a green kettle",
    ] {
        assert_eq!(check(good), Ok(()), "{good}");
    }
}

#[test]
fn bad_ones_are_refused_with_what_is_wrong() {
    assert_eq!(check("kX9#mQ2$vL7"), Err(PasswordRefused::TooShort { least: 12, has: 11 }));
    assert_eq!(check(&"ab".repeat(129)), Err(PasswordRefused::TooLong { most: 256, has: 258 }));
    assert_eq!(check("kX9#mQ2$\u{7}vL7p"), Err(PasswordRefused::Control { at: 9 }));
    assert_eq!(check("kX9#mQ2$vL7p\u{378}"), Err(PasswordRefused::Unassigned { at: 13 }));
    assert_eq!(check("wangfang1990"), Err(PasswordRefused::Common));
    assert_eq!(check("nordwind2026"), Err(PasswordRefused::ContainsName));
    assert_eq!(check("nordwindgmbh1"), Err(PasswordRefused::ContainsName));
    for (bad, why) in [
        ("aaaaaaaaaaaaa", Why::Repeats),
        ("abcdefghijklm", Why::Sequence),
        ("zxcvbnmasdfgh", Why::Keyboard),
    ] {
        let refused = check(bad);
        assert!(
            refused == Err(PasswordRefused::Guessable { why })
                || refused == Err(PasswordRefused::Common),
            "{bad}: {refused:?}"
        );
    }
    for bad in [
        "password1234",
        "Ｐassword1234",
        "PASSWORD1234",
        "woaini1314520",
        "qwertyuiop12",
        "1qaz2wsx3edc",
        "123456789012",
        "administrator",
        "gatehouse2026",
    ] {
        assert!(check(bad).is_err(), "{bad}");
    }
}

#[test]
fn what_everybody_would_guess_is_refused_and_says_why() {
    use PasswordRefused::{Common, ContainsName, Guessable};
    let sequence = Guessable { why: Why::Sequence };
    for (bad, why) in [
        ("correct horse battery staple", Common),
        ("Correct-Horse-Battery-Staple!", Common),
        ("correcthorsebatterystaple1", Common),
        ("To be, or not to be", Common),
        ("床前明月光，疑是地上霜", Common),
        ("好好学习天天向上123", Common),
        ("一二三四五上山打老虎", Common),
        ("gatehouse.internal", ContainsName),
        ("GateHouse-Internal-1!", ContainsName),
        ("crm.gatehouse.internal", ContainsName),
        ("https://gatehouse.internal", ContainsName),
        ("g4teh0use.1nternal", ContainsName),
        ("Nordwind-GmbH-2026!", ContainsName),
        ("王芳王芳gatehouse", ContainsName),
        ("一二三四五六七八九十十一十二", sequence),
        ("十九八七六五四三二一零", sequence),
        ("壹贰叁肆伍陆柒捌玖拾壹贰", sequence),
        ("甲乙丙丁戊己庚辛壬癸甲乙", sequence),
        ("子丑寅卯辰巳午未申酉戌亥", sequence),
        ("鼠牛虎兔龙蛇马羊猴鸡狗猪", sequence),
    ] {
        let padded = if bad.chars().count() < PASSWORD_LEAST {
            format!("{bad}。。")
        } else {
            bad.to_owned()
        };
        assert_eq!(check(&padded), Err(why), "{bad}");
    }
    for bad in [
        "abcd 1234 efgh 5678",
        "9876543210abcd",
        "一三五七九一三五七九一三",
        "one two three four five six",
    ] {
        assert!(check(bad).is_err(), "{bad}");
    }
}

#[test]
fn width_makes_no_other_password() {
    let one = Password::from("ｋX9#mQ2$vL7p".to_owned());
    assert_eq!(one.as_bytes(), "kX9#mQ2$vL7p".as_bytes());
    assert_eq!(format!("{one:?}"), "Password(…)");
}

#[test]
fn an_absurdly_long_one_costs_nothing() {
    let absurd = Password::from("\u{fdfa}".repeat(1 << 20));
    assert!(absurd.is_absurd());
    assert!(matches!(absurd.check(&[]), Err(PasswordRefused::TooLong { .. })));
}

#[test]
fn words_that_many_take_a_year_and_signs_make_no_password() {
    for bad in [
        "MeineFirma2024!",
        "Meine-Firma-2024!",
        "M3in3F1rma2024!",
        "Firma2024Firma2025",
        "Unsere Firma 24.12.2024",
        "FirmenPasswort#1",
        "P@ssw0rt-F1rma-99",
        "SommerWinter2026!",
        "Sommer24Winter25!",
        "Nordwind-Sommer-2024",
        "NordwindPasswort1!",
        "wangfang@gongsi2024",
        "WodeGongsi2024!",
        "woainizhongguo1949",
        "NihaoShanghai888",
        "chuntian2024xiatian",
        "我的公司的密码是2024年",
        "欢迎来到北京公司！二〇二四",
        "DasIstMeineFirma2024",
        "Bienvenue-Entreprise-2023",
        "MiEmpresa-Contraseña-1",
        "Willkommen!Zuhause!7",
        "Welcome2OurCompany!",
        "KundenDaten12345678",
        "DragonMonkey2024!",
        "Michael&Jennifer1990",
    ] {
        let refused = check(bad);
        assert!(!matches!(refused, Ok(()) | Err(PasswordRefused::TooShort { .. })), "{bad}");
    }
    assert_eq!(check("MeineFirma2024!"), Err(PasswordRefused::CommonWords));
    assert_eq!(check("我的公司的密码是2024年"), Err(PasswordRefused::CommonWords));
    assert_eq!(check("DragonMonkey2024!"), Err(PasswordRefused::CommonWords));
}

#[test]
fn words_that_do_not_belong_together_make_one_even_common_ones() {
    for good in [
        "Sommer Kaffee Hund Rechnung",
        "Firma kX9#mQ2v",
        "meine Ziege frisst Tapeten",
        "wode mao xihuan chi huluobo",
        "我的猫喜欢在冬天吃胡萝卜",
        "winter-klammer-tinte",
        "20 Enten am Ostkreuz",
        "mulberry tractor violin",
        "sunset-paper-lemon-train",
    ] {
        assert_eq!(check(good), Ok(()), "{good}");
    }
}
